/** What people and programs read: tables, JSON, sizes and progress. */
package io.basalt.cli.show;
