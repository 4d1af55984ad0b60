/** A dump as mysqldump writes it: 6 tables, 1,654 rows, Chinese text, NULLs, decimals, keys disabled meanwhile. */

type Table = { readonly rows: number; readonly columns: string; readonly row: (n: number) => string };

const TABLES: Readonly<Record<string, Table>> = {
  vgp_building: {
    rows: 250,
    columns:
      '`id` int NOT NULL AUTO_INCREMENT, `name` varchar(50) DEFAULT NULL, `area` decimal(12,2) DEFAULT NULL, PRIMARY KEY (`id`)',
    row: (n) => `(${n},'观澜湖新城-B${n}',${n % 7 === 0 ? 'NULL' : `${n}.${String(n % 100).padStart(2, '0')}`})`,
  },
  vgp_customer: {
    rows: 400,
    columns:
      '`id` int NOT NULL AUTO_INCREMENT, `name` varchar(50) NOT NULL, `mobile` varchar(20) DEFAULT NULL, `note` text, PRIMARY KEY (`id`), KEY `ix_mobile` (`mobile`)',
    row: (n) =>
      `(${n},'客户${n}',${n % 3 === 0 ? 'NULL' : `'138${n}'`},${n % 5 === 0 ? "'it\\'s \\\\ \"quoted\"\\n'" : 'NULL'})`,
  },
  vgp_log: {
    rows: 4,
    columns: '`id` bigint NOT NULL, `at` datetime DEFAULT NULL, PRIMARY KEY (`id`)',
    row: (n) => `(${n},'2016-12-0${n} 08:00:00')`,
  },
  vgp_order: {
    rows: 700,
    columns:
      "`id` int NOT NULL AUTO_INCREMENT, `room_id` int DEFAULT NULL, `amount` decimal(10,2) NOT NULL DEFAULT '0.00', `paid` tinyint(1) DEFAULT NULL, `created` datetime DEFAULT NULL, PRIMARY KEY (`id`), KEY `ix_room` (`room_id`)",
    row: (n) => `(${n},${n % 200},${n * 3}.5${n % 10},${n % 2},'2016-12-01 10:00:${String(n % 60).padStart(2, '0')}')`,
  },
  vgp_room: {
    rows: 200,
    columns:
      '`building` varchar(50) NOT NULL, `number` int NOT NULL, `owner` varchar(20) DEFAULT NULL, PRIMARY KEY (`building`,`number`)',
    row: (n) => `('观澜湖新城-B1',${n},${n % 2 === 0 ? 'NULL' : `'业主${n}'`})`,
  },
  vgp_user: {
    rows: 100,
    columns:
      '`uid` int NOT NULL AUTO_INCREMENT, `login` varchar(30) NOT NULL, `balance` decimal(10,2) DEFAULT NULL, PRIMARY KEY (`uid`), UNIQUE KEY `ux_login` (`login`)',
    row: (n) => `(${n},'user${n}',-${n}.25)`,
  },
};

export const DUMP_ROWS = Object.values(TABLES).reduce((sum, { rows }) => sum + rows, 0);

/** Table -> what stands in the brackets of its CREATE TABLE. */
export const DUMP_TABLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TABLES).map(([name, { columns }]) => [name, columns]),
);

/** The script, for a connection that takes several statements at once. */
export function dumpScript(): string {
  return `/*!40101 SET NAMES utf8 */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
${Object.entries(TABLES).map(tableScript).join('\n')}
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;`;
}

function tableScript([name, { rows, columns, row }]: [string, Table]): string {
  const values = Array.from({ length: rows }, (_, index) => row(index + 1));
  return `DROP TABLE IF EXISTS \`${name}\`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE \`${name}\` (${columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES \`${name}\` WRITE;
/*!40000 ALTER TABLE \`${name}\` DISABLE KEYS */;
INSERT INTO \`${name}\` VALUES ${values.join(',')};
/*!40000 ALTER TABLE \`${name}\` ENABLE KEYS */;
UNLOCK TABLES;`;
}
