import { defineWords } from '../../words/words.ts';

export const loginWords = defineWords(
  {
    logIn: 'Log in',
    name: 'Name',
    password: 'Password',
    setUp: 'Set up Lutra',
    setUpAbout: 'There is no user yet. The first one is an administrator.',
    token: 'Set-up token',
    tokenHint: 'The log of the admin API shows it at its first start.',
    newPassword: 'New password',
    passwordHint: 'At least 10 characters.',
    repeat: 'The new password again',
    notSame: 'The two are not the same.',
    create: 'Create the administrator',
    change: 'Change the password',
    changeAbout: (name: string) =>
      `The password of ${name} was set by an administrator. Choose one of your own to go on.`,
    current: 'Current password',
  },
  {
    logIn: '登录',
    name: '用户名',
    password: '密码',
    setUp: '初始化 Lutra',
    setUpAbout: '还没有任何用户。第一个用户将成为管理员。',
    token: '初始化令牌',
    tokenHint: 'admin API 首次启动时会在日志中显示。',
    newPassword: '新密码',
    passwordHint: '至少 10 个字符。',
    repeat: '再次输入新密码',
    notSame: '两次输入不一致。',
    create: '创建管理员',
    change: '修改密码',
    changeAbout: (name) => `${name} 的密码由管理员设置，请先改成自己的密码。`,
    current: '当前密码',
  },
);
