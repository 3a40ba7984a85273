import protobuf from 'protobufjs';
import { root } from './program.ts';

/** What proto/covey/v1 declares, with the comments above each, in the order of the files. */
export interface Protos {
  readonly services: readonly protobuf.Service[];
  readonly messages: readonly protobuf.Type[];
  readonly enums: readonly protobuf.Enum[];
}

/** Reads the files of proto as the peer does, but with their comments. */
export function readProtos(): Protos {
  const read = new protobuf.Root();
  read.resolvePath = (_, name) => `${root}proto/${name}`;
  // A comment of `//` lines counts only in the alternate mode.
  read.loadSync(['covey/v1/cluster.proto', 'covey/v1/peer.proto'], {
    keepCase: true,
    alternateCommentMode: true,
  });
  const all = below(read.lookup('covey.v1'));
  return {
    services: all.filter((each) => each instanceof protobuf.Service),
    messages: all.filter((each) => each instanceof protobuf.Type),
    enums: all.filter((each) => each instanceof protobuf.Enum),
  };
}

/** A message's or an enum's name, with that of the message around it: `StepProgress.State`. */
export function fullName({ name, parent }: protobuf.ReflectionObject): string {
  return parent instanceof protobuf.Type ? `${fullName(parent)}.${name}` : name;
}

/** What has no comment, by its full name; the messages themselves are explained by their fields. */
export function uncommented({ services, messages, enums }: Protos): string[] {
  const things = [...services, ...services.flatMap((each) => each.methodsArray)];
  const fields = messages.flatMap((message) => message.fieldsArray);
  const values = enums.flatMap((each) =>
    Object.keys(each.values)
      .filter((value) => !each.comments[value])
      .map((value) => `${fullName(each)}.${value}`),
  );
  return [
    ...[...things, ...fields].filter(({ comment }) => !comment).map((each) => each.fullName.slice(1)),
    ...values,
  ];
}

function below(object: protobuf.ReflectionObject | null): protobuf.ReflectionObject[] {
  if (!(object instanceof protobuf.Namespace)) return [];
  return object.nestedArray.flatMap((each) => [each, ...below(each)]);
}
