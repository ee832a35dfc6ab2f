/**
 * Drives: directories on devices of their own, with a label that says whose they are. {@link
 * io.basalt.storage.drive.Drive} is the narrow interface of one, {@link
 * io.basalt.storage.drive.FileDrive} the one on a file system, and {@link
 * io.basalt.storage.drive.DriveSet} runs all calls on threads of the drive, with a deadline, and
 * remembers which drives failed.
 */
package io.basalt.storage.drive;
