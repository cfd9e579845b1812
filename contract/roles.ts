/** What the holder of an API key may do in its organisation. Each role may do all that those before it may. */
import type { Text } from './statuses.ts';

export type RoleRow = { role: string; label: Text; meaning: Text };
export const ROLES = [
  {
    role: 'viewer',
    label: { en: 'Viewer', zh: '查看者' },
    meaning: { en: 'sees and searches pictures, and changes nothing', zh: '查看与搜索图片，不作任何更改' },
  },
  {
    role: 'editor',
    label: { en: 'Editor', zh: '编辑者' },
    meaning: {
      en: 'uploads pictures, describes, corrects, retries, trashes, restores and deletes them',
      zh: '上传、填写、更正、重试、移入回收站、恢复与删除图片',
    },
  },
  {
    role: 'operator',
    label: { en: 'Operator', zh: '运维者' },
    meaning: { en: 'looks after tasks, dead letters and long runs', zh: '管理任务、死信与长时间运行的作业' },
  },
  {
    role: 'admin',
    label: { en: 'Administrator', zh: '管理员' },
    meaning: { en: 'manages what leaves the organisation, such as webhooks', zh: '管理对外的设置，如 webhook' },
  },
] as const satisfies readonly RoleRow[];

export type Role = (typeof ROLES)[number]['role'];
export const ROLE_NAMES = ROLES.map(({ role }) => role);
export const isRole = (name: string): name is Role => ROLES.some(({ role }) => role === name);

/** Whether a key of this role may do what needs `required`. */
export const hasRole = (role: Role, required: Role): boolean => ROLE_NAMES.indexOf(role) >= ROLE_NAMES.indexOf(required);
