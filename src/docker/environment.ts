/** How docker is run. */
export interface DockerSettings {
  /** Folder with the operator's `config.json`, for private images. */
  dockerConfig?: string;
  /** Docker's socket. */
  socket?: string;
}

/** What docker and compose see besides their base environment; scripts that call them see the same. */
export function dockerEnvironment({ dockerConfig, socket }: DockerSettings) {
  return {
    // Compose replaces ${…} everywhere; this one is ours to replace, later, so it stands for itself.
    CONTAINER: '$CONTAINER',
    // Else it would be written below DOCKER_CONFIG, which is the operator's, and may be read-only.
    BUILDX_CONFIG: '/tmp/covey-buildx',
    ...(dockerConfig === undefined ? {} : { DOCKER_CONFIG: dockerConfig }),
    ...(socket === undefined ? {} : { DOCKER_HOST: `unix://${socket}` }),
  };
}
