/**
 * Segments: logs on two SCM drives. Shards grow up from the start, index blocks grow down from the
 * end. A {@link io.basalt.storage.segment.SegmentWriter} stages and flushes them, a {@link
 * io.basalt.storage.segment.SegmentReader} reads only what a root says is committed, and the {@link
 * io.basalt.storage.segment.SegmentSealer} closes the segments of a writer that is gone. The bytes
 * are described in docs/format/segment.md.
 */
package io.basalt.storage.segment;
