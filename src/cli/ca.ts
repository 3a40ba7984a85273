import { Command, Option } from 'commander';
import type { IssueOptions } from '../rpc/ca.ts';
import { caRoot } from './ca-root.ts';
import { collect, globalOptions } from './options.ts';
import { print, printJson } from './output.ts';

// Loaded when needed: X.509 takes as long to load as all the rest.
const authority = () => import('../rpc/ca.ts');

interface BundleFlags {
  address: string;
  like: string;
  dir: string;
  out?: string;
  force?: boolean;
}

/** `covey ca init|issue|bundle|root`: the cluster's certificates, made on any machine, and the root of its sites. */
export function ca(): Command {
  const command = new Command('ca').description("make the cluster's certificates");
  command
    .command('init')
    .description('make the certificate authority: ca.pem for every node, ca.key to keep safe')
    .option('--dir <dir>', 'folder to write to', '.')
    .option('--force', 'replace what is there')
    .addHelpText('after', '\nExample:\n  covey ca init --dir ~/covey-ca')
    .action(async ({ dir, force }: { dir: string; force?: boolean }, own: Command) => {
      const { json } = globalOptions(own);
      const { initCa } = await authority();
      const { cert, key } = await initCa({ dir, force: force ?? false });
      if (json) printJson({ cert, key });
      else
        print(`Wrote ${cert} and ${key}. Whoever has the key can join the cluster: keep it off the nodes.`);
    });
  command
    .command('issue')
    .description('issue a certificate for a node or an operator')
    .argument('<name>', "the node's name as in Consul, or the operator's")
    .option('--dir <dir>', 'folder of the certificate authority', '.')
    .option('--out <dir>', 'folder to write to', '.')
    .option('--san <name|ip>', 'another name or address of the node; repeatable', collect)
    .addOption(
      new Option('--role <role>', 'who has it: a node or a person')
        .choices(['peer', 'operator'])
        .default('peer'),
    )
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      '\nExamples:\n  covey ca issue node1 --dir ~/covey-ca --out node1-tls --san 10.0.0.1' +
        '\n  covey ca issue alice --role operator --dir ~/covey-ca --out ~/.covey',
    )
    .action(async (name: string, options: Omit<IssueOptions, 'name' | 'now'>, own: Command) => {
      const { json } = globalOptions(own);
      const { issue } = await authority();
      const { cert, key } = await issue({ name, ...options });
      if (json) printJson({ cert, key });
      else print(`Wrote ${cert} and ${key}.`);
    });
  command
    .command('bundle')
    .description('make the one file that a new node joins with: certificate, settings and keys')
    .argument('<name>', 'name of the new node')
    .requiredOption('--address <ip>', 'its address, by which the other nodes reach it')
    .requiredOption('--like <file>', 'a copy of /etc/covey/node.env of any node of the cluster')
    .option('--dir <dir>', 'folder of the certificate authority', '.')
    .option('--out <file>', 'file to write; default: NAME.join')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      '\nExample:\n  covey ca bundle node4 --address 10.0.0.4 --like node1.env --dir ~/covey-ca',
    )
    .action(async (name: string, flags: BundleFlags, own: Command) => {
      const { json } = globalOptions(own);
      const { out = `${name}.join`, force = false, ...options } = flags;
      const { makeBundle } = await import('./bundle.ts');
      const bundle = await makeBundle({ ...options, name, out, force });
      if (json) printJson({ bundle });
      else
        print(
          `Wrote ${bundle}. Whoever has it can join the cluster. On ${name}: node/install.sh --bundle FILE --start`,
        );
    });
  return command.addCommand(caRoot());
}
