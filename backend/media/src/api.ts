import { mediaService } from '@cowrite/contract';
import type { ApiDescription } from '@cowrite/service-kit/http';

/** This service's own words for its OpenAPI document; the rest of it comes from the contract. */
export const mediaApi: ApiDescription = {
  title: 'Cowrite Media Service',
  description: [
    'Pictures of works. `/uploads` speaks tus 1.0 (creation, creation-with-upload, termination, expiration): ask core for a ticket (`POST /projects/{projectId}/media/tickets`) and send it as bearer with every request of that one upload; the last part of the address is the picture’s id.',
    'JPEG, PNG, WebP and AVIF are taken, read and made anew in several sizes without their metadata; what came is not kept.',
    '`/blobs/{blobId}/{variant}` answers to addresses that core signs (`GET /projects/{projectId}/media/{blobId}`), for some minutes and as long as the person they were made for may read the work; the format is the best that `Accept` names.',
  ].join('\n\n'),
  tables: { service: mediaService },
  tags: { service: '상태 · Health' },
  securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A ticket for one upload.' } },
};
