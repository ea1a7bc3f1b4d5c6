/** The address of what is signed. */
import { page } from '../frame/frame-route.ts';

export const consentRoutes = [page('/admin/consents', () => import('./consents-page.tsx'), 'ConsentsPage')] as const;
