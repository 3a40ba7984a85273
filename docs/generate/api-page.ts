import type protobuf from 'protobufjs';
import { code, escaped, markdownTable } from './markdown.ts';
import { fullName, type Protos } from './protos.ts';

const intro = `# The API

Every peer serves gRPC on port 7700, by mutual TLS: \`Cluster\` for operators' certificates, and for those of nodes, which
may call \`Peer\` too. The files are \`proto/covey/v1/*.proto\`; reflection tells them as well, and \`grpc.health.v1\` is there.
\`covey\` is a client of it ([cli.md](cli.md)); [Asking a peer](operations.md#asking-a-peer) has an example with grpcurl.

A field that is not set is empty, 0 or false; a field of another message's type is then not there. Numbers of 64 bit fit
into a double. A call that is cancelled, or whose deadline passes, is given up on the peer too, and
what it had begun is undone, or finished if it was committed.
`;

/** docs/api.md: services with their calls, then messages and enums, all in the words of the files of proto. */
export function apiPage({ services, messages, enums }: Protos): string {
  const contents = services.map(
    (service) => `- ${linkTo(service.name)}: ${service.methodsArray.map(linkToMethod).join(', ')}\n`,
  );
  return [
    intro,
    contents.join(''),
    ...services.flatMap((service) => [
      `## ${service.name}\n`,
      `${text(service.comment)}\n`,
      ...service.methodsArray.map(methodOf),
    ]),
    '## Messages\n',
    ...messages.map(messageOf),
    '## Enums\n',
    ...enums.map(enumOf),
  ].join('\n');
}

function methodOf(method: protobuf.Method): string {
  const answers = method.responseStream ? 'a stream of ' : '';
  return [
    `### ${methodName(method)}\n`,
    `${linkTo(method.requestType)} → ${answers}${linkTo(method.responseType)}\n`,
    `${text(method.comment)}\n`,
  ].join('\n');
}

function messageOf(message: protobuf.Type): string {
  const rows = message.fieldsArray.map((field) => [
    code(field.name),
    typeOf(field),
    oneLine(text(field.comment)),
  ]);
  return [
    `### ${fullName(message)}\n`,
    ...(message.comment ? [`${text(message.comment)}\n`] : []),
    rows.length === 0 ? 'Empty.\n' : markdownTable(['Field', 'Type', 'Meaning'], rows),
  ].join('\n');
}

function enumOf(each: protobuf.Enum): string {
  const rows = Object.keys(each.values).map((value) => [
    code(value),
    oneLine(text(each.comments[value] ?? null)),
  ]);
  return `### ${fullName(each)}\n\n${markdownTable(['Value', 'Meaning'], rows)}`;
}

function typeOf(field: protobuf.Field): string {
  const { resolvedType } = field.resolve();
  const type = resolvedType ? linkTo(fullName(resolvedType)) : field.type;
  return field.repeated ? `list of ${type}` : type;
}

/** Both services have calls of the same name, so each is named with its service. */
const methodName = (method: protobuf.Method): string => `${method.parent?.name}.${method.name}`;

const linkToMethod = (method: protobuf.Method): string =>
  `[${method.name}](#${anchorOf(methodName(method))})`;

const linkTo = (name: string): string => `[${name}](#${anchorOf(name)})`;

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll('.', '');

/** A comment; what stands in backquotes is code already. */
function text(comment: string | null): string {
  return (comment ?? '')
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : escaped(part)))
    .join('');
}

const oneLine = (comment: string): string => comment.replace(/\s*\n\s*/g, ' ');
