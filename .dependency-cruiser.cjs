/** The floors of the house: who may import whom. See docs/architecture.md. */
const vendor = (name, from, to) => ({
  name: `door-${name}`,
  comment: `${name} is imported only by its door`,
  severity: 'error',
  from: { path: '^(services|shared|topics)/', pathNot: from },
  to: { path: `^node_modules/${to}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'model-is-the-ground',
      severity: 'error',
      from: { path: '^shared/model/' },
      to: { path: '^(shared/(?!model/)|services|topics|stack)' },
    },
    {
      name: 'topics-know-the-model-only',
      severity: 'error',
      from: { path: '^topics/' },
      to: { path: '^(shared/(?!model/)|services|stack)' },
    },
    {
      name: 'runtime-knows-the-model-only',
      severity: 'error',
      from: { path: '^shared/runtime/' },
      to: { path: '^(shared/(?!(runtime|model)/)|services|topics|stack)' },
    },
    {
      name: 'codec',
      severity: 'error',
      from: { path: '^shared/codec/' },
      to: { path: '^(shared/(?!(codec|model|runtime)/)|services|stack)' },
    },
    {
      name: 'kafka-never-sees-rows',
      severity: 'error',
      from: { path: '^shared/kafka/' },
      to: { path: '^(shared/(?!(kafka|runtime)/)|services|stack)' },
    },
    {
      name: 'mysql',
      severity: 'error',
      from: { path: '^shared/mysql/' },
      to: { path: '^(shared/(?!(mysql|model|runtime)/)|services|stack)' },
    },
    {
      name: 'sql',
      severity: 'error',
      from: { path: '^shared/sql/' },
      to: { path: '^(shared/(?!(sql|mysql|model|runtime)/)|services|topics|stack)' },
    },
    {
      name: 'shared-never-sees-services',
      severity: 'error',
      from: { path: '^(shared|topics)/' },
      to: { path: '^(services|stack|test|demo|bench|chaos)/' },
    },
    {
      name: 'services-meet-in-topics',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/(?!$1/)' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench|demo|chaos)/' },
      to: { path: '^(test|bench|demo|chaos)/' },
    },
    {
      name: 'services-run-without-the-stack',
      severity: 'error',
      from: { path: '^services/' },
      to: { path: '^stack/' },
    },
    {
      name: 'corridor-has-no-vendor',
      severity: 'error',
      from: { path: '^services/[^/]+/pipeline\\.ts$' },
      to: { path: '^node_modules/' },
    },
    {
      name: 'development-packages-stay-home',
      severity: 'error',
      from: { path: '^(services|shared|topics)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '@types/' },
    },
    vendor('kafkajs', '^shared/kafka/', 'kafkajs'),
    vendor('avsc', '^shared/codec/', 'avsc'),
    vendor('registry', '^shared/codec/', '@kafkajs/confluent-schema-registry'),
    vendor('mysql2', '^shared/mysql/', 'mysql2'),
    vendor('sql-grammar', '^shared/sql/grammar', '(dt-sql-parser|antlr4ng)'),
    vendor('zongji', '^services/selector/binlog-source', '@vlasky/zongji'),
    vendor('oracledb', '^services/loader/oracle', 'oracledb'),
    vendor('pino', '^shared/runtime/log', 'pino'),
    vendor('fastify', '^services/admin-api/', 'fastify'),
    vendor('cel', '^shared/model/expression-language', '@marcbachmann/cel-js'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
