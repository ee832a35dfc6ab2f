/**
 * Parquet files of rows that ascend by path, in memory: what runs and leaves are made of. Parquet
 * is used below its Avro and Hadoop layers, so that neither a Hadoop runtime nor generic records
 * stand between a page and a value.
 */
package io.basalt.storage.table;
