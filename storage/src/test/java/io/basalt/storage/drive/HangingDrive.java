package io.basalt.storage.drive;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A drive whose files cannot be opened until it is told to go on. */
public final class HangingDrive extends ForwardingDrive {
  private final CountDownLatch goOn = new CountDownLatch(1);

  public HangingDrive(Drive drive) {
    super(drive);
  }

  public void goOn() {
    goOn.countDown();
  }

  @Override
  public DriveFile open(String name) throws IOException {
    try {
      goOn.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the threads of a drive", e);
    }
    return super.open(name);
  }
}
