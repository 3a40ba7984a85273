// `npm run proto:baseline`: what of proto/covey is published becomes what later changes are held against.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const folder = fileURLToPath(new URL('../../proto/', import.meta.url));
const file = `${folder}baseline.json`;

/** What proto/covey declares now. */
export function presentProtos(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_, name) => folder + name;
  root.loadSync(['covey/v1/cluster.proto', 'covey/v1/peer.proto'], { keepCase: true });
  root.resolveAll();
  return root;
}

/** What was published last. */
export function publishedProtos(): protobuf.Root {
  return protobuf.Root.fromJSON(JSON.parse(readFileSync(file, 'utf8')));
}

if (import.meta.main) writeFileSync(file, JSON.stringify(presentProtos().toJSON(), null, 2));
