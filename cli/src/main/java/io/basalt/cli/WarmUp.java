package io.basalt.cli;

final class WarmUp {
  private WarmUp() {}

  public static void main(String[] a) {}
}
