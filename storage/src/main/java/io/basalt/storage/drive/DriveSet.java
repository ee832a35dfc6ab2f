package io.basalt.storage.drive;

/** The drives of a store. */
public final class DriveSet {}
