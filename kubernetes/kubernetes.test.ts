import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

/** No cluster is at hand here: what can be known of the manifests without one is looked at. */
const KINDS = { Deployment, HorizontalPodAutoscaler, Job, Ingress, NetworkPolicy, PodDisruptionBudget, ConfigMap, Namespace, Secret, Service };

interface Manifest {
  apiVersion: string;
  kind: keyof typeof KINDS;
  metadata: { name: string };
  spec: { template: { spec: PodSpec } };
}
interface PodSpec {
  securityContext: { runAsNonRoot: boolean };
  containers: { name: string; image: string; env?: { name: string; valueFrom?: { secretKeyRef: { key: string } } }[]; resources: { limits?: { memory?: string } }; readinessProbe?: unknown; securityContext: object }[];
}

const folder = import.meta.dirname;
const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml');
const manifests = (await Promise.all(files.map(async (file) => parseAllDocuments(await readFile(join(folder, file), 'utf8')).map((document): [string, Manifest] => [file, document.toJS() as Manifest])))).flat();
const pods = manifests.flatMap(([file, { kind, spec }]) => (kind === 'Deployment' || kind === 'Job' ? [[file, spec.template.spec] as const] : []));

test('each manifest is what the schema of its kind asks for', () => {
  expect(manifests.length).toBeGreaterThan(20);
  for (const [file, manifest] of manifests) {
    const Kind = KINDS[manifest.kind] as new (data: object) => { apiVersion: string; validate(): void };
    const it = new Kind(manifest);
    expect([file, it.apiVersion]).toEqual([file, manifest.apiVersion]);
    expect(() => it.validate()).not.toThrow();
  }
});

test('the schemas do refuse what is wrong', () => {
  const [, deployment] = manifests.find(([, { kind }]) => kind === 'Deployment')!;
  expect(() => new Deployment({ ...deployment, spec: { ...deployment.spec, replicas: 'two' } } as never).validate()).toThrow(/replicas/);
});

test('no container is root, writes to its image, or takes more memory than was set', () => {
  expect(pods.length).toBe(7);
  for (const [file, pod] of pods) {
    expect([file, pod.securityContext.runAsNonRoot]).toEqual([file, true]);
    for (const container of pod.containers) {
      expect([file, container.securityContext]).toEqual([file, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }]);
      expect([file, container.resources.limits?.memory]).toEqual([file, expect.stringMatching(/^\d+(Mi|Gi)$/)]);
    }
  }
});

test('what is applied is there, what is asked of the secret is in its example, and no secret is in the repository', async () => {
  const kustomization = parse(await readFile(join(folder, 'kustomization.yaml'), 'utf8')) as { resources: string[]; images: { name: string }[] };
  expect([...kustomization.resources, 'secret.example.yaml'].toSorted()).toEqual(files.toSorted());
  const images = new Set(pods.flatMap(([, pod]) => pod.containers.map(({ image }) => image)));
  expect(kustomization.images.map(({ name }) => name).toSorted()).toEqual([...images].toSorted());
  const example = parse(await readFile(join(folder, 'secret.example.yaml'), 'utf8')) as { stringData: Record<string, string> };
  const asked = new Set(pods.flatMap(([, pod]) => pod.containers.flatMap(({ env = [] }) => env.flatMap(({ valueFrom }) => (valueFrom ? [valueFrom.secretKeyRef.key] : [])))));
  expect(Object.keys(example.stringData).toSorted()).toEqual([...asked].toSorted());
  expect(Object.values(example.stringData).join('')).toBe('');
});
