/**
 * The root: the whole state of the store at one commit, as an immutable value, the builder of its
 * successor, and its stored form.
 */
package io.basalt.storage.root;
