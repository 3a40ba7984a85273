import { expect, it } from 'vitest';
import { keptServerState } from '../../../../src/render/haproxy/state.ts';

const columns =
  '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port';

function row(backend: string, server: string, fqdn: string, port: number): string {
  return `11 ${backend} 1 ${server} 172.18.0.5 2 0 1 1 6 1 0 4 0 0 0 0 ${fqdn} ${port} - 0 0 - - 0`;
}

it('keeps addresses of servers whose name and port are those of the new config', () => {
  const same = row('backend-a', 'node1', 'ct-a', 22);
  const state = [
    '1',
    columns,
    same,
    row('backend-b', 'node1', 'ct-b', 22),
    row('backend-c', 'node1', 'old-c', 22),
    row('backend-d', 'node2', 'ct-d', 22),
    row('node-node2-http', 'node2', '-', 1080),
    row('gone', 'node1', 'ct', 22),
    '',
  ].join('\n');
  const config = `frontend front-x
    use_backend backend-a

backend backend-a
    mode tcp
    server node1 ct-a:22

backend backend-b
    server node1 ct-b:2022

backend backend-c
    server node1 new-c:22 check

backend backend-d
    server node1 ct-d:22

backend node-node2-http
    server node2 10.0.0.2:1080 send-proxy-v2
`;
  expect(keptServerState(state, config)).toBe(`1\n${columns}\n${same}\n`);
  expect(keptServerState('', config)).toBe('\n');
});
