package io.basalt.storage.drive;

import io.basalt.storage.config.Tier;

/**
 * What the store knows of a drive. Size is bytes; the incarnation is the random id in its label.
 */
public record DriveInfo(String id, Tier tier, String enclosure, long size, String incarnation) {}
