/** The services of this relay. */
import { pushService } from './push/index.ts';
import type { Service } from './service.ts';
import { webhooksService } from './webhooks/index.ts';

export const services: readonly Service[] = [pushService, webhooksService];
