/** What provisioning and `npm start` read, apart from the clinic's own configuration. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { inheritedEnvironment } from '../config.ts';
import type { Environment } from './environment.ts';

export interface ToolConfig {
  /** Where built or downloaded servers are kept; shared by all clones of one user. */
  cacheDirectory: string;
  /** Directories searched for programs. */
  path: string;
  chromePath?: string;
  /** Running under continuous integration: ask nothing. */
  ci: boolean;
}

/** `HEALTHSPHERE_CACHE`, else `$XDG_CACHE_HOME/healthsphere`, else `~/.cache/healthsphere`. */
export function loadToolConfig(env: Environment = inheritedEnvironment()): ToolConfig {
  const config: ToolConfig = {
    cacheDirectory: resolve(
      env['HEALTHSPHERE_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'healthsphere'),
    ),
    path: env['PATH'] ?? '',
    ci: Boolean(env['CI']),
  };
  if (env['CHROME_PATH']) config.chromePath = env['CHROME_PATH'];
  return config;
}
