import { Command, InvalidArgumentError } from 'commander';
import type { Target } from '../drill/connections/asker.ts';
import { MOST_PER_SECOND } from '../drill/load.ts';
import { lanesOf } from '../drill/look.ts';
import { type Site, sitesOf, urlOf } from '../drill/sites.ts';
import { parseInterval } from '../durations.ts';
import { CoveyError } from '../errors.ts';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import type { Node__Output as Node } from '../generated/covey/v1/Node.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { assertAnswerable, confirmed } from './confirm.ts';
import { type Drill, planDrill } from './drill-plan.ts';
import { bringHome, runDrill } from './drill-run.ts';
import { planText, reportText } from './drill-text.ts';
import { problems } from './exit.ts';
import { count } from './history.ts';
import { print, printJson } from './output.ts';
import { recorded } from './recorded.ts';
import { type Session, withPeer } from './session.ts';

interface Options {
  to?: string;
  redeployOnly?: boolean;
  rate?: number;
  path?: string;
  expect?: string;
  longest?: Span;
  plan?: boolean;
  yes?: boolean;
}

/** A time, and as it was given. */
interface Span {
  text: string;
  ms: number;
}

const help = `
The app is deployed again at the commit that runs, moved to another node, and moved back. All the while its first site by HTTP and its
first one by HTTPS are asked for, through every node that is alive at once: by HTTP/1.1 on kept and on new connections and by HTTP/2, in turn.
A request fails that does not bring, within a minute, the status and the body that the app gave before. With --expect the body has to have that
text in it instead; without it, where the page was not the same twice, it has to be whole and not empty. Any certificate will do: what is tried is
who answers.
A request is sent once more, and counts as retried, where the other side closed a kept connection as it came, as in a browser.

Ctrl-C ends the load, and the operation that runs is undone. A drill that ends early brings the app back; where it cannot, or was given
up by Ctrl-C, it says how.

Examples:
  covey drill shop_master.ddb14 --plan
  covey drill shop_master.ddb14 --to node3 --rate 200 --path /up
  covey drill shop_master.ddb14 --redeploy-only --expect 'Our shop' --yes`;

/** `covey drill`: deploys and moves a real app under load, and tells what visitors noticed; exits with 1 where a request failed. */
export function drill(): Command {
  return new Command('drill')
    .description(
      'put load on an app while it is deployed again and moved there and back, and count what fails',
    )
    .argument('<app>', 'name of the app')
    .option(
      '--to <node>',
      'where it is moved (its slave, or else another node that is alive, if it is not given)',
    )
    .option('--redeploy-only', 'deploy it again, and move it nowhere')
    .option('--rate <n>', `requests a second, ${MOST_PER_SECOND} at most (50 if it is not given)`, rate)
    .option(
      '--path <path>',
      'what is asked for there (what the address of the site says if it is not given)',
      path,
    )
    .option('--expect <text>', 'a text that is always on the page, where the page itself changes')
    .option('--longest <time>', 'give up after that long, such as 30m (1h if it is not given)', span)
    .option('--plan', 'only print what it would do')
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(async (name: string, options: Options, command: Command) => {
      const { plan: planOnly = false, yes = false } = options;
      const { longest = { text: '1h', ms: HOUR } } = options;
      assertAnswerable({ plan: planOnly, yes });
      await withPeer(command, async (session) => {
        const { connection, signal, json } = session;
        const app = await recorded(name, session);
        const sites = drillable(app, options.path);
        const { nodes } = await connection.call(clusterMethods.Nodes, {}, { signal });
        const { to = '', redeployOnly = false } = options;
        const planned: Drill = {
          ...{ app: name, sites: sites.map(urlOf), rate: options.rate ?? 50 },
          ...planDrill(app, { to, redeployOnly }, nodes),
          failures: [],
        };
        if (!json) print(planText(planned));
        else if (planOnly || !yes) printJson(planned);
        if (planOnly || (!yes && !(await confirmed('Drill it?', session)))) return;
        const targets = targetsOf(planned, sites, nodes);
        const lanes = await lanesOf(targets, { text: options.expect, signal });
        await withinTime(longest, session, async (limited) => {
          const failure = await runDrill(planned, { app, lanes, session: limited });
          if (planned.all.failed > 0) process.exitCode = problems;
          if (json) printJson(planned);
          else print(`\n${reportText(planned)}`);
          if (failure) throw await bringHome(planned, app, failure, limited);
        });
      });
    });
}

function drillable(app: App, wanted: string | undefined): Site[] {
  if (app.error !== '') {
    // What is wrong with the app's record.
    throw new CoveyError('invalid', app.error, { hint: `Correct the key app/${app.name} in Consul.` });
  }
  const sites = sitesOf(app.urls, wanted);
  if (sites.length === 0) {
    throw new CoveyError('refused', `${app.name} has no site that visitors could be sent to.`, {
      hint: 'A drill is for apps with a CADDYFILE whose site address is the name of a host.',
    });
  }
  if (!app.maintenance) return sites;
  throw new CoveyError('refused', `${app.name} is in maintenance.`, {
    hint: `covey maintenance off ${app.name} ends it.`,
  });
}

function targetsOf(planned: Drill, sites: readonly Site[], nodes: readonly Node[]): Target[] {
  const through = nodes.filter(({ name }) => planned.nodes.some(({ node }) => node === name));
  return through.flatMap(({ name, address }) =>
    sites.map((site) => ({ node: name, address, port: site.scheme === 'https' ? 443 : 80, site })),
  );
}

/** Gives the work a session that ends by itself after a time. */
async function withinTime(
  { text, ms }: Span,
  session: Session,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const late = new AbortController();
  const error = new CoveyError('timeout', `The drill was not over after ${text}.`, {
    hint: 'Give it longer with --longest. A move takes as long as the first copy of the volumes does.',
  });
  const timer = setTimeout(() => late.abort(error), ms);
  try {
    await work({ ...session, signal: AbortSignal.any([session.signal, late.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

const HOUR = 3_600_000;

function span(text: string): Span {
  const ms = parseInterval(text);
  if (ms > 0 && ms <= 24 * HOUR) return { text, ms };
  throw new InvalidArgumentError('It is a day at most.');
}

function rate(text: string): number {
  const value = count(text);
  if (value <= MOST_PER_SECOND) return value;
  throw new InvalidArgumentError(`It is ${MOST_PER_SECOND} at most.`);
}

function path(text: string): string {
  if (/^\/[!-~]*$/.test(text)) return text;
  throw new InvalidArgumentError('It begins with "/", and what is no letter of ASCII is written as %XX.');
}
