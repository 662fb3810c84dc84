import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';

export interface MavenArtifact {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

/** A folder with the jars of these artifacts and all they depend on; from the cache, or by Maven the first time. */
export function mavenJars(name: string, artifacts: readonly MavenArtifact[]): Promise<string> {
  return cached(name, async (directory) => {
    await writeFile(join(directory, 'pom.xml'), pom(name, artifacts));
    await maven(directory, [
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
      `-DoutputDirectory=${directory}/lib`,
    ]);
  });
}

/** A folder with the unpacked archive `group:artifact:version:type:classifier`; from the cache, or by Maven. */
export function mavenArchive(name: string, coordinates: string): Promise<string> {
  return cached(name, async (directory) => {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'pom.xml'), pom(name, []));
    // 2.8 fetches the archive alone; later versions also want the descriptors of its parents.
    await maven(directory, [
      'org.apache.maven.plugins:maven-dependency-plugin:2.8:unpack',
      `-Dartifact=${coordinates}`,
      `-DoutputDirectory=${directory}`,
    ]);
  });
}

function maven(directory: string, goals: readonly string[]): Promise<void> {
  const options = { cwd: directory, maxBuffer: 16 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    execFile('mvn', ['-B', '-q', '-ntp', ...goals], options, (error, stdout, stderr) => {
      if (error === null) return resolve();
      const reason = `${stdout}\n${stderr}`.split('\n').find((line) => line.includes('[ERROR]'));
      reject(new Error(`Maven could not fetch what the local stack needs: ${reason ?? error.message}`));
    });
  });
}

function pom(name: string, artifacts: readonly MavenArtifact[]): string {
  const dependencies = artifacts.map(
    (artifact) =>
      `    <dependency><groupId>${artifact.groupId}</groupId><artifactId>${artifact.artifactId}</artifactId>` +
      `<version>${artifact.version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>${name}</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
${dependencies.join('\n')}
  </dependencies>
</project>
`;
}
