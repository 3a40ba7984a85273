import { once } from 'node:events';
import { loadConfig } from '../config/load.ts';
import { asCoveyError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { startPeer } from './peer.ts';

/** sysexits.h: the configuration is wrong. A supervisor need not try again. */
const EX_CONFIG = 78;

/** The daemon: settings, start, and a clean stop on SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const config = configOrExit();
  const logger = createLogger({ level: config.log.level, name: config.node });
  const stopping = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  try {
    const peer = await startPeer(config, logger);
    await stopping;
    logger.info('stops');
    await peer.stop();
  } catch (thrown) {
    const error = asCoveyError(thrown);
    logger.fatal({ err: error, hint: error.hint }, error.message);
    process.exitCode = 1;
  }
}

function configOrExit() {
  try {
    return loadConfig();
  } catch (thrown) {
    const error = asCoveyError(thrown);
    process.stderr.write(`${error.message}\n${error.hint ?? ''}\n`);
    process.exit(EX_CONFIG);
  }
}

await main();
