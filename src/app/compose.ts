import { z } from 'zod';

/**
 * What we read of `docker compose config --format json`: the compose file after interpolation, includes and
 * defaults. Everything else in it is compose's own business.
 */
export const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      container_name: z.string().optional(),
      environment: z.record(z.string(), z.string().nullable()).nullish(),
      networks: z.record(z.string(), z.unknown()).nullish(),
      ports: z.array(z.looseObject({ published: z.union([z.string(), z.number()]).nullish() })).nullish(),
      labels: z.record(z.string(), z.unknown()).nullish(),
      build: z.unknown().optional(),
      depends_on: z.record(z.string(), z.unknown()).nullish(),
      volumes: z
        .array(
          z.object({
            type: z.string().nullish(),
            source: z.string().nullish(),
            target: z.string().nullish(),
            read_only: z.boolean().nullish(),
          }),
        )
        .nullish(),
      volumes_from: z.array(z.string()).nullish(),
      network_mode: z.string().nullish(),
      pid: z.string().nullish(),
      ipc: z.string().nullish(),
      mac_address: z.string().nullish(),
      scale: z.number().nullish(),
      deploy: z.object({ replicas: z.number().nullish() }).nullish(),
    }),
  ),
  networks: z
    .record(z.string(), z.object({ name: z.string().nullish(), external: z.boolean().nullish() }).nullish())
    .nullish(),
  volumes: z
    .record(
      z.string(),
      z
        .object({
          name: z.string().nullish(),
          driver: z.string().nullish(),
          external: z.boolean().nullish(),
          labels: z.record(z.string(), z.string()).nullish(),
        })
        .nullish(),
    )
    .nullish(),
  /** What is covey's own. */
  'x-covey': z.unknown().optional(),
});

export type ComposeConfig = z.output<typeof composeSchema>;
export type ComposeService = ComposeConfig['services'][string];

/** How many containers of the service compose makes. */
export function replicas(service: ComposeService): number {
  return service.scale ?? service.deploy?.replicas ?? 1;
}

/** The first container's name, as compose v2 gives it. */
export function containerName(project: string, name: string, service: ComposeService): string {
  return service.container_name ?? `${project}-${name}-1`;
}

/** True where the service joins the network that Docker knows by that name. */
export function joins(config: ComposeConfig, service: ComposeService, network: string): boolean {
  return Object.keys(service.networks ?? {}).some((key) => (config.networks?.[key]?.name ?? key) === network);
}

/** Full name of a volume of the compose file, by its short one. */
export function volumeName(project: string, short: string, volume: { name?: string | null } | null): string {
  return volume?.name ?? `${project}_${short}`;
}

/** Full names of the volumes that the services use, those of others (`external`) left out: compose prints no other. */
export function volumeNames({ volumes }: ComposeConfig, project: string): string[] {
  return Object.entries(volumes ?? {})
    .filter(([, volume]) => !volume?.external)
    .map(([short, volume]) => volumeName(project, short, volume ?? null));
}
