import { z } from 'zod';
import { must, type NodeName } from '../../e2e/support.ts';
import { type Application, PASSWORD, PICTURE } from './application.ts';
import type { Browser } from './browser.ts';

const USER = 'Admin';
const tokens = z.looseObject({
  query: z.looseObject({ tokens: z.record(z.string(), z.string()) }),
});
const loggedIn = z.looseObject({ clientlogin: z.looseObject({ status: z.literal('PASS') }) });
const edited = z.looseObject({ edit: z.looseObject({ result: z.literal('Success'), title: z.string() }) });
const uploaded = z.looseObject({
  upload: z.looseObject({ result: z.literal('Success'), imageinfo: z.looseObject({ url: z.url() }) }),
});

/** One call of the API. */
async function call<T>(
  site: Browser,
  node: NodeName,
  answer: z.ZodType<T>,
  request: Parameters<Browser['ask']>[2],
  query = '',
): Promise<T> {
  const { body } = await site.ask(node, `/api.php?format=json${query}`, request);
  const read = answer.safeParse(JSON.parse(body));
  if (!read.success) throw new Error(`the API of MediaWiki says ${body}`);
  return read.data;
}

async function token(site: Browser, node: NodeName, type: 'login' | 'csrf'): Promise<string> {
  const { query } = await call(site, node, tokens, {}, `&action=query&meta=tokens&type=${type}`);
  return query.tokens[`${type}token`] ?? '';
}

/** MediaWiki, whose operator sets a password by hand and which is written to by its API. */
export const mediawiki: Application = {
  name: 'mediawiki',
  updated: /Done in [\d.]+ s\./,

  async setUp(_site, _node, { project }, master) {
    const script = '/usr/share/mediawiki/maintenance/changePassword.php';
    const options = [`--user=${USER}`, `--password=${PASSWORD}`];
    await must(master, 'docker', 'exec', `${project}-web-1`, 'php', script, ...options);
  },

  async logIn(site, node) {
    const logintoken = await token(site, node, 'login');
    const form = {
      action: 'clientlogin',
      username: USER,
      password: PASSWORD,
      loginreturnurl: `https://${site.host}/`,
      logintoken,
    };
    await call(site, node, loggedIn, { form });
  },

  async write(site, node, text) {
    const csrf = await token(site, node, 'csrf');
    const name = `${text.replaceAll(' ', '-')}.png`;
    const data = new FormData();
    for (const [key, value] of Object.entries({
      action: 'upload',
      filename: name,
      ignorewarnings: '1',
      token: csrf,
    }))
      data.append(key, value);
    data.append('file', new Blob([PICTURE], { type: 'image/png' }), name);
    const multipart = new Response(data);
    const { upload } = await call(site, node, uploaded, {
      body: new Uint8Array(await multipart.arrayBuffer()),
      headers: { 'content-type': multipart.headers.get('content-type') ?? '' },
    });
    const { edit } = await call(site, node, edited, {
      form: { action: 'edit', title: text, text: `${text} [[File:${name}]]`, token: csrf },
    });
    return {
      text,
      page: `/wiki/${encodeURIComponent(edit.title.replaceAll(' ', '_'))}`,
      picture: new URL(upload.imageinfo.url).pathname,
    };
  },
};
