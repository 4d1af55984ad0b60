import { defineWords } from '../../../words/words.ts';

export const countersWords = defineWords(
  {
    title: 'Rows by table of the source',
    since: (time: string) => `Since ${time}`,
    filter: 'Table of the source',
    inserts: 'Inserts',
    updates: 'Updates',
    deletes: 'Deletes',
    whole: 'All',
    sum: 'Sum',
    none: 'No rows were counted yet',
    noneAbout: 'Counts show here as soon as a loader has applied rows. Write to a mapped table of the source.',
    noMatch: 'No table matches',
    noMatchAbout: 'Change the search.',
  },
  {
    title: '按源表统计的行数',
    since: (time) => `自 ${time} 起`,
    filter: '源表',
    inserts: '插入',
    updates: '更新',
    deletes: '删除',
    whole: '全部',
    sum: '合计',
    none: '还没有计数',
    noneAbout: '加载器应用行后会显示计数。请向源的映射表写入数据。',
    noMatch: '没有匹配的表',
    noMatchAbout: '请更改搜索条件。',
  },
);
