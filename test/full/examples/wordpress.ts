import { z } from 'zod';
import { type Application, PASSWORD, PICTURE } from './application.ts';
import type { Browser } from './browser.ts';

const USER = 'operator';
const posted = z.looseObject({ link: z.url() });
const uploaded = z.looseObject({ source_url: z.url() });
const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
};

/** WordPress, set up by the form of its first page and written to by its REST API. */
export const wordpress: Application = {
  name: 'wordpress',
  updated: /The tables are those of version \d+\./,

  async setUp(site, node) {
    const first = await site.ask(node, '/');
    if (first.headers.location !== `https://${site.host}/wp-admin/install.php`)
      throw new Error(`WordPress begins with ${first.status} ${first.headers.location}`);
    const done = await site.ask(node, '/wp-admin/install.php?step=2', {
      form: {
        weblog_title: 'An example',
        user_name: USER,
        admin_password: PASSWORD,
        admin_password2: PASSWORD,
        admin_email: 'operator@example.com',
        blog_public: '0',
        language: '',
      },
    });
    if (!done.body.includes('WordPress has been installed')) throw new Error(done.body);
  },

  async logIn(site, node) {
    // It wants to see that the browser keeps cookies.
    await site.ask(node, '/wp-login.php');
    const login = await site.ask(node, '/wp-login.php', {
      form: { log: USER, pwd: PASSWORD, testcookie: '1' },
    });
    if (login.status !== 302) throw new Error(login.body);
  },

  async write(site, node, text) {
    const nonce = await nonceOf(site, node);
    const picture = uploaded.parse(
      JSON.parse(
        (
          await site.ask(node, '/?rest_route=/wp/v2/media', {
            body: PICTURE,
            headers: {
              'x-wp-nonce': nonce,
              'content-type': 'image/png',
              'content-disposition': 'attachment; filename="point.png"',
            },
          })
        ).body,
      ),
    ).source_url;
    const { link } = posted.parse(
      JSON.parse(
        (
          await site.ask(node, '/?rest_route=/wp/v2/posts', {
            form: { title: text, content: `<p>${text}</p><img src="${picture}">`, status: 'publish' },
            headers: { 'x-wp-nonce': nonce },
          })
        ).body,
      ),
    );
    return { text, page: pathOf(link), picture: pathOf(picture) };
  },
};

/** What a page of the administration carries along, so that no other site can post for its user. */
async function nonceOf(site: Browser, node: Parameters<Browser['ask']>[0]): Promise<string> {
  const { body } = await site.ask(node, '/wp-admin/admin-ajax.php?action=rest-nonce');
  if (!/^[0-9a-f]{10}$/.test(body)) throw new Error(`not logged in: ${body}`);
  return body;
}
