package io.basalt.storage.root;

/** A segment whose events are not yet in a run, and its committed ends. */
public record Tail(SegmentLocation location, String attempt, boolean sealed) {}
