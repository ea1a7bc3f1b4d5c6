/** The OpenAPI 3.1 document, made from the route declarations: there is no second description to drift from. */
import { z } from 'zod';
import { actions, roles } from '../domain/access.ts';
import { problemCodes } from '../domain/errors.ts';
import type { AnyRoute } from './route.ts';
import { apiPrefix } from './router.ts';

type Json = Readonly<Record<string, unknown>>;

export function openApiDocument(routes: readonly AnyRoute[], publicUrl: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'HealthSphere API',
      version: '1.0.0',
      description:
        'JSON over HTTPS. Instants are RFC 3339 in UTC with the location’s zone beside them. Refusals are `application/problem+json` (RFC 9457) with a stable `code`. ' +
        'Every state-changing POST takes an `Idempotency-Key`: the same key with the same body gives the same answer.',
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: [{ url: publicUrl + apiPrefix }],
    tags: [...new Set(routes.map(tagOf))].toSorted().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: publicUrl.startsWith('https://') ? '__Host-sid' : 'sid' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code', 'instance'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            code: { type: 'string', enum: Object.keys(problemCodes) },
            instance: { type: 'string' },
            detail: { type: 'string' },
            errors: {
              type: 'array',
              items: {
                type: 'object',
                required: ['path', 'code', 'message'],
                properties: { path: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
              },
            },
            allowed: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    },
    'x-roles': roles,
    'x-actions': actions,
  };
}

const tagOf = (route: AnyRoute): string => route.path.split('/')[1] ?? 'root';

function operation(route: AnyRoute): Json {
  const open = 'public' in route.policy;
  const needsKey = route.method === 'POST' && route.withoutIdempotencyKey === undefined;
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...(needsKey
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            required: true,
            schema: { type: 'string', minLength: 1, maxLength: 255 },
          },
        ]
      : []),
  ];
  const status = String(route.status ?? 200);
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[/:-]+(\w)/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary: route.summary,
    tags: [tagOf(route)],
    security: open ? [] : [{ cookie: [] }, { bearer: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.upload === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: `The file itself; at most ${(route.bodyLimitBytes ?? 0) / 1024 / 1024} MB.`,
            content: Object.fromEntries(route.upload.contentTypes.map((type) => [type, {}])),
          },
        }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: schemaOf(route.body, 'input') },
              ...(route.acceptsForm === true
                ? { 'application/x-www-form-urlencoded': { schema: schemaOf(route.body, 'input') } }
                : {}),
            },
          },
        }),
    responses: {
      [status]: {
        description: status === '204' ? 'Done' : 'The answer',
        ...(route.answer === undefined
          ? route.streams !== undefined && route.streams !== 'text/event-stream'
            ? { content: { [route.streams]: {} } }
            : {}
          : { content: { 'application/json': { schema: schemaOf(route.answer, 'output') } } }),
      },
      '4XX': {
        description: 'A refusal',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
      '503': {
        description: 'Away for a moment, or the outcome is not known yet',
        headers: { 'Retry-After': { schema: { type: 'integer' } } },
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    'x-policy': route.policy,
    'x-audit': route.audit,
  };
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): readonly Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: readonly string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (json.required ?? []).includes(name),
    schema: property,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  return json;
}
