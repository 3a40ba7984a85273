import { exec, kill, start } from '../lab.ts';
import { deploy, expectNotes, type GuestBook, sign } from './deploys.ts';
import { act, ask, expect, SITE, until, watchGap } from './stage.ts';

interface Volume {
  app: string;
  volume: string;
  slave: string;
  /** Milliseconds since the epoch; 0: never. */
  lastReplicatedAt: number;
}

/** The second half: the app moves with its data, its machine is lost, its slave takes over, and the machine comes back. */
export async function moves(book: GuestBook): Promise<void> {
  await act('the app moves to node2 with its data, node1 is its slave now', async () => {
    const endWatch = watchGap('node3');
    const { exitCode, said } = await deploy('node3', book, 'node2', '--slave', 'node1');
    const gap = await endWatch();
    expect(exitCode === 0, 'the move to succeed');
    const sent = [...said.matchAll(/running: (?:round \d+, )?([\d.]+) MB sent$/gm)];
    const bytes = sent.reduce((sum, [, megabytes]) => sum + Number(megabytes), 0);
    return `${bytes.toFixed(1)} MB moved; a visitor through node3 waited ${gap.toFixed(1)} s at most`;
  });

  await act('the note is read through node3', async () => {
    await expectNotes('node3', book.notes);
    return `GET http://${SITE}/ through node3: 200, with the note`;
  });

  await act('another note, and its replica on node1', async () => {
    const said = await sign('node3', book, `Hello again at ${new Date().toISOString()}`);
    const written = Date.now();
    await until(
      'a replica on node1',
      () => ask<{ volumes: Volume[] }>('node3', 'volumes'),
      (found) => {
        const mine = found?.volumes.filter(({ app }) => app.startsWith(book.name)) ?? [];
        return mine.length > 0 && mine.every((each) => each.lastReplicatedAt > written);
      },
    );
    return `${said}; covey volumes says that node1 has it`;
  });

  const late = `Written after the replica at ${new Date().toISOString()}`;
  await act('node2 is switched off, right after one more note', async () => {
    await sign('node3', book, late);
    await kill('node2');
    await until('node2 to be lost', stateOf('node2'), (state) => state === 'failed');
    const refused = await deploy('node3', book, 'node1');
    expect(refused.exitCode !== 0, 'a deploy without its data to be refused');
    return 'Consul says that node2 has failed; a plain deploy is refused';
  });

  await act('node1 takes over from its replica', async () => {
    const { exitCode, said } = await deploy('node3', book, 'node1', '--from-replica', '--yes');
    expect(exitCode === 0, 'the takeover to succeed');
    const [, age = '?'] = /the newest replica on node1 is (.*?) old/.exec(said) ?? [];
    const kept = book.notes.filter((note) => note !== late);
    await expectNotes('node3', kept);
    return `the app runs on node1 with data ${age} old; what was written later is on node2`;
  });

  await act('node2 is back: its copy gives way, and its newer data is kept', async () => {
    await start('node2');
    await until('node2 to be a member', stateOf('node2'), (state) => state === 'alive');
    const notice = await until(
      'node2 to have left the app',
      async () => {
        const status = await ask<{ notices?: string[] }>('node3', 'status');
        return status?.notices?.find((each) => each.includes(book.name));
      },
      (found) => found !== undefined,
    );
    const running = await exec('node2', ['docker', 'ps', '--format', '{{.Names}}']);
    expect(!running.stdout.includes(book.name.replace(/[^a-z0-9]/g, '')), 'the app to run on node1 alone');
    return `covey status: ${notice}`;
  });
}

function stateOf(node: string) {
  return async () => {
    const found = await ask<{ nodes: { name: string; state: string }[] }>('node3', 'nodes');
    return found?.nodes.find(({ name }) => name === node)?.state;
  };
}
