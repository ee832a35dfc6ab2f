package io.basalt.sql;

import java.util.function.Function;
import org.apache.flink.table.types.DataType;

/**
 * A column of a table.
 *
 * @param value of a row, as Flink's planner keeps it within rows
 */
record Column<T>(String name, DataType type, Function<T, Object> value) {}
