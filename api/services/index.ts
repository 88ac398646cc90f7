/** The services of this relay. */
import { pushService } from './push/index.ts';
import type { Service } from './service.ts';

export const services: readonly Service[] = [pushService];
