/** The services of this relay. None yet. */
import type { Service } from './service.ts';

export const services: readonly Service[] = [];
