/**
 * The catalogue: the files and extents of one root as rows that other programs can query. {@link
 * io.basalt.storage.catalog.CatalogExport} writes them as Parquet tables; {@link
 * io.basalt.storage.catalog.ExtentPlaces} says on which tier and drives an extent stands.
 */
package io.basalt.storage.catalog;
