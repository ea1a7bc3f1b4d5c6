import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../api/openapi.ts';
import type { AnyRoute } from '../../api/route.ts';
import { routes } from '../../api/routes.ts';

describe('the OpenAPI document', () => {
  const document = openApiDocument(routes, 'https://clinic.example.org') as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };

  it('describes every route, and gives each a name of its own', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(
      (routes as readonly AnyRoute[])
        .map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`)
        .toSorted(),
    );
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => operation.operationId),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('passes the linter', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'openapi-'));
    try {
      const file = join(directory, 'openapi.json');
      await writeFile(file, JSON.stringify(document));
      // What these rules ask for is said elsewhere: 4XX covers every refusal, and the licence is not a public one.
      const skipped = [
        'info-license-strict',
        'no-ambiguous-paths',
        'tag-description',
        'operation-4xx-response',
      ].flatMap((rule) => ['--skip-rule', rule]);
      const run = await promisify(execFile)(
        process.execPath,
        ['node_modules/@redocly/cli/bin/cli.js', 'lint', '--format=stylish', ...skipped, file],
        {
          env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
        },
      ).catch((error: { stdout?: string; stderr?: string }) => ({
        failed: true,
        stdout: error.stdout ?? '',
        stderr: error.stderr ?? '',
      }));
      expect(run, run.stdout + run.stderr).not.toHaveProperty('failed');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }, 60_000);
});
