/**
 * Where the time-skipping test server comes from: cache, the SDK's download, or Maven and Java 17 (temporal.md, section 3).
 * The SDK passes it one argument, the port, so that the Java form needs a wrapper script.
 */
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadToolConfig } from '../../config/tools.ts';
import type { ToolConfig } from '../../config/tools.ts';
import { firstThatWorks } from './attempts.ts';
import { withFileLock } from './file-lock.ts';
import type { Progress } from './progress.ts';
import { findProgram, run } from './run.ts';
import { downloadThroughSdk } from './sdk-download.ts';

const version = '1.38.0';
const oldestJava = 17;

export interface TimeSkippingProgram {
  path: string;
  source: 'cache' | 'download' | 'maven';
}

/** @throws ProvisionError listing what was tried and what to install */
export async function provisionTimeSkippingServer(
  progress: Progress,
  tools: ToolConfig = loadToolConfig(),
): Promise<TimeSkippingProgram> {
  const directory = join(tools.cacheDirectory, `time-skipping-${version}`);
  const wrapper = join(directory, 'time-skipping-server');
  const cached = (): TimeSkippingProgram | { refused: string } => {
    if (!existsSync(wrapper)) return { refused: `${wrapper} does not exist` };
    return findProgram('java', tools.path)
      ? { path: wrapper, source: 'cache' }
      : { refused: `${wrapper} exists, but java is no longer on PATH` };
  };
  return firstThatWorks<TimeSkippingProgram>(
    'The time-skipping test server',
    [
      { way: 'the cache', attempt: async () => cached() },
      {
        way: "the SDK's download",
        attempt: async () => {
          const result = await downloadThroughSdk('temporal-test-server', join(tools.cacheDirectory, 'time-skipping'));
          return 'path' in result ? { path: result.path, source: 'download' } : result;
        },
      },
      {
        way: `Maven, io.temporal:temporal-test-server:${version}`,
        attempt: () =>
          withFileLock(
            `${directory}.lock`,
            async () => {
              const meanwhile = cached();
              return 'path' in meanwhile ? meanwhile : fetchWithMaven(directory, wrapper, tools, progress);
            },
            (holder) => progress.note(`Process ${holder} is fetching the time-skipping server; waiting for it.`),
          ),
      },
    ],
    [
      'allow downloads from https://temporal.download',
      `install Java ${oldestJava} and Maven (apt-get install openjdk-17-jre-headless maven) and allow Maven Central`,
    ],
  );
}

async function fetchWithMaven(
  directory: string,
  wrapper: string,
  tools: ToolConfig,
  progress: Progress,
): Promise<TimeSkippingProgram | { refused: string }> {
  const java = findProgram('java', tools.path);
  const maven = findProgram('mvn', tools.path);
  if (!java || !maven) {
    return { refused: [!java && 'java is not on PATH', !maven && 'mvn is not on PATH'].filter(Boolean).join(', ') };
  }
  const javaMajor = await run('/bin/sh', ['-c', `"${java}" -version 2>&1`]).then((text) =>
    Number(/version "(\d+)/.exec(text)?.[1] ?? 0),
  );
  if (javaMajor < oldestJava) return { refused: `java is version ${javaMajor}, and ${oldestJava} is needed` };
  const scratch = `${directory}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    writeFileSync(join(scratch, 'pom.xml'), pom);
    await progress.step('Fetching the time-skipping test server with Maven (only once)', (say) =>
      run(
        maven,
        ['-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(scratch, 'libs')}`, '-DincludeScope=runtime'],
        { cwd: scratch, timeoutMs: 10 * 60_000, onLine: say },
      ),
    );
    writeFileSync(join(scratch, 'time-skipping-server'), wrapperScript);
    chmodSync(join(scratch, 'time-skipping-server'), 0o755);
    rmSync(directory, { recursive: true, force: true });
    renameSync(scratch, directory);
    return { path: wrapper, source: 'maven' };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Serial collection and the first compiler tier start faster; tests run several of these beside each other. */
const wrapperScript = `#!/bin/sh
here=$(dirname "$0")
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m -cp "$here/libs/*" io.temporal.testserver.TestServer "$@"
`;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>healthsphere</groupId>
  <artifactId>time-skipping-server</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;
