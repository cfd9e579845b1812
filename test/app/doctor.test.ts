/** `doctor` names each fault that is planted, that one alone, and no secret. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { readConfig } from '../../app/config.ts';
import { examined } from '../../app/doctor/doctor.ts';
import { type CheckName, type Finding, withoutSecrets } from '../../app/doctor/finding.ts';
import { machineOf } from '../../app/doctor/own-checks.ts';
import { isOld, missingIn } from '../../persistence/mysql/inspect.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { openFile } from '../../persistence/sqlite-index/file.ts';
import { LANGUAGES } from '../../providers/tesseract/languages.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { bucketEnv, elasticEnv, FAULTS, PAGE, type Plant, SECRET } from '../worlds/planted-faults.ts';

const clock = systemClock();
async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-doctor-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const facts = await openSqliteFacts(dir);
  await facts.accounts.ensure({ org_id: 'org', name: 'org', user_id: 'user', user_name: 'user', at: 0 });
  await facts.close();
  openFile(path.join(dir, 'search.sqlite')).db.close();
  await chmod(path.join(dir, 'search.sqlite'), 0o600);
  return dir;
}

async function looked(t: TestContext, plant: Plant): Promise<Finding[]> {
  const dir = await folder(t);
  const { env = {}, machine = {}, languages = LANGUAGES } = await plant(dir, t);
  const { config, warnings } = readConfig({ TUODI_DATA_DIR: dir, ...env });
  const own = machineOf({ version: '0.1.0', oldest_node: '20.19.0', warnings });
  return examined(config, { clock, machine: { ...own, ...machine }, languages });
}
const wrongOf = (findings: Finding[]): CheckName[] => findings.filter(({ todo }) => todo !== null).map(({ check }) => check);
describe('doctor', () => {
  test('has nothing to say of a folder that is well, and changes nothing in one that is not there', async (t) => {
    assert.deepEqual(wrongOf(await looked(t, async () => ({}))), []);
    assert.deepEqual(wrongOf(await looked(t, async (dir) => ({ env: { TUODI_DATA_DIR: path.join(dir, 'none') } }))), []);
  });

  test('has nothing to say of servers that are well', async (t) => {
    assert.deepEqual(wrongOf(await looked(t, () => elasticEnv(t))), []);
    const { env } = await bucketEnv(t, { cors: [{ origin: 'https://*.example', methods: ['GET', 'POST'] }] });
    assert.deepEqual(wrongOf(await looked(t, async () => ({ env: { ...env, ...PAGE } }))), []);
  });

  for (const { fault, check, says, helps = /./, plant } of FAULTS)
    test(`names ${fault}`, async (t) => {
      const findings = await looked(t, plant);
      const [found] = findings.filter(({ todo }) => todo !== null);
      const others = new Set(wrongOf(findings).filter((name) => name !== check));
      if (check === 'database') others.delete('quotas'); // it is read from there
      assert.deepEqual([found?.check, [...others]], [check, []], JSON.stringify(found));
      assert.match(found?.found.en ?? '', says);
      assert.match(found?.todo?.en ?? '', helps);
      assert.ok(found?.todo?.zh);
      assert.ok(!JSON.stringify(findings).includes(SECRET));
    });

  test('hides the secrets of addresses as they are written and as they are meant', () => {
    const { config } = readConfig({ TUODI_DATABASE_URL: 'mysql://root:p%40ssword@db/tuodi', TUODI_S3_SECRET_KEY: SECRET });
    assert.equal(withoutSecrets(config)(`p%40ssword p@ssword ${SECRET} root`), '*** *** *** root');
  });

  test('knows the versions and grants of database servers', () => {
    assert.deepEqual(['8.0.36', '8.4.0', '9.1.0', '10.5.2-MariaDB', '11.8.3-MariaDB-1'].map(isOld), [
      true,
      false,
      false,
      true,
      false,
    ]);
    assert.deepEqual(missingIn(['GRANT USAGE ON *.* TO `a`@`%`', 'GRANT ALL PRIVILEGES ON `t`.* TO `a`@`%`']), []);
    assert.deepEqual(missingIn(['GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, INDEX, REFERENCES, DROP ON `t`.* TO `a`@`%`']), [
      'ALTER',
    ]);
  });
});
