/**
 * The location map: where each sealed segment is. It belongs to the head alone and stands in a few
 * immutable files, so that a root names the files and not the segments.
 */
package io.basalt.storage.location;
