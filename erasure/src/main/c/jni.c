/*
 * The seam between io.basalt.erasure.NativeKernels and kernels.c. Checks again what Java has checked; answers with a
 * status and throws nothing.
 */
#include <jni.h>
#include <stdint.h>

#include "io_basalt_erasure_NativeKernels.h"
#include "kernels.h"

/* The strips of the widest code, and the memory of a proof. */
#define MOST_PLACES (KERNELS_MAX_WIDTH + 1)

/*
 * Each class loader that loads this library has its own copy of it, and so of the lock in kernels.c, while libJerasure
 * is one per process. A class of the boot loader is the monitor that all copies share.
 */
JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved) {
  JNIEnv *env;
  (void)reserved;
  if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_10) != JNI_OK) {
    return JNI_ERR;
  }
  jclass shared = (*env)->FindClass(env, "java/nio/ByteBuffer");
  if (shared == NULL || (*env)->MonitorEnter(env, shared) != JNI_OK) {
    return JNI_ERR;
  }
  int status = kernels_open();
  (*env)->MonitorExit(env, shared);
  return status == STATUS_OK ? JNI_VERSION_10 : JNI_ERR;
}

JNIEXPORT jboolean JNICALL Java_io_basalt_erasure_NativeKernels_available(JNIEnv *env, jclass type, jint kernel) {
  (void)env;
  (void)type;
  return kernels_available(kernel) ? JNI_TRUE : JNI_FALSE;
}

JNIEXPORT jint JNICALL Java_io_basalt_erasure_NativeKernels_codingMatrix(
    JNIEnv *env, jclass type, jint k, jint m, jbyteArray target) {
  uint8_t matrix[KERNELS_MAX_WIDTH * KERNELS_MAX_WIDTH / 4];
  (void)type;
  /* k + m <= 256 bounds k * m by 128 * 128. */
  if (k < 1 || m < 1 || k > KERNELS_MAX_WIDTH || m > KERNELS_MAX_WIDTH - k) {
    return STATUS_BAD_SHAPE;
  }
  if (target == NULL || (*env)->GetArrayLength(env, target) != k * m) {
    return STATUS_OUT_OF_BOUNDS;
  }
  int status = kernels_coding_matrix(k, m, matrix);
  if (status == STATUS_OK) {
    (*env)->SetByteArrayRegion(env, target, 0, k * m, (const jbyte *)matrix);
  }
  return status;
}

JNIEXPORT jint JNICALL Java_io_basalt_erasure_NativeKernels_tablesBytes(
    JNIEnv *env, jclass type, jint kernel, jint k, jint rows) {
  (void)env;
  (void)type;
  return (jint)kernels_tables_bytes(kernel, k, rows);
}

/* The tables' address, or NULL when the buffer cannot hold the tables of this shape. */
static void *tables_of(JNIEnv *env, jint kernel, jint k, jint rows, jobject buffer) {
  size_t needed = kernels_tables_bytes(kernel, k, rows);
  if (needed == 0 || buffer == NULL || (*env)->GetDirectBufferCapacity(env, buffer) < (jlong)needed) {
    return NULL;
  }
  return (*env)->GetDirectBufferAddress(env, buffer);
}

JNIEXPORT jint JNICALL Java_io_basalt_erasure_NativeKernels_prepare(
    JNIEnv *env, jclass type, jint kernel, jint k, jint rows, jbyteArray matrix, jobject buffer) {
  uint8_t cells[KERNELS_MAX_WIDTH * KERNELS_MAX_WIDTH / 4];
  (void)type;
  void *tables = tables_of(env, kernel, k, rows, buffer);
  if (tables == NULL) {
    return STATUS_BAD_SHAPE;
  }
  if (matrix == NULL || (*env)->GetArrayLength(env, matrix) != k * rows) {
    return STATUS_OUT_OF_BOUNDS;
  }
  (*env)->GetByteArrayRegion(env, matrix, 0, k * rows, (jbyte *)cells);
  return kernels_prepare(kernel, k, rows, cells, tables);
}

JNIEXPORT jlong JNICALL Java_io_basalt_erasure_NativeKernels_address(JNIEnv *env, jclass type, jobject buffer) {
  (void)type;
  return buffer == NULL ? 0 : (jlong)(intptr_t)(*env)->GetDirectBufferAddress(env, buffer);
}

/* Copies both arrays: what is checked here is what is used. Each call back into the JVM costs, so none is made per strip. */
static int addresses_of(
    JNIEnv *env, jlongArray places, jintArray order, int wanted, jint offset, jint length, uint8_t **addresses) {
  jlong known[2 * MOST_PLACES];
  jint indexes[KERNELS_MAX_WIDTH];
  jint count = (*env)->GetArrayLength(env, places) / 2;
  if (count > MOST_PLACES || (*env)->GetArrayLength(env, order) != wanted) {
    return STATUS_BAD_SHAPE;
  }
  (*env)->GetLongArrayRegion(env, places, 0, 2 * count, known);
  (*env)->GetIntArrayRegion(env, order, 0, wanted, indexes);
  for (int i = 0; i < wanted; i++) {
    if (indexes[i] < 0 || indexes[i] >= count) {
      return STATUS_BAD_SHAPE;
    }
    const jlong *place = known + 2 * indexes[i];
    if (place[0] == 0) {
      return STATUS_NOT_DIRECT;
    }
    if (place[1] < (jlong)offset + length) {
      return STATUS_OUT_OF_BOUNDS;
    }
    addresses[i] = (uint8_t *)(intptr_t)place[0] + offset;
  }
  return STATUS_OK;
}

JNIEXPORT jint JNICALL Java_io_basalt_erasure_NativeKernels_apply(
    JNIEnv *env, jclass type, jint kernel, jint k, jint rows, jobject buffer, jlongArray places, jintArray order,
    jint offset, jint length) {
  uint8_t *addresses[KERNELS_MAX_WIDTH];
  (void)type;
  void *tables = tables_of(env, kernel, k, rows, buffer);
  if (tables == NULL || places == NULL || order == NULL) {
    return STATUS_BAD_SHAPE;
  }
  if (offset < 0 || length < 0) {
    return STATUS_OUT_OF_BOUNDS;
  }
  int status = addresses_of(env, places, order, k + rows, offset, length, addresses);
  return status == STATUS_OK ? kernels_apply(kernel, k, rows, tables, addresses, addresses + k, length) : status;
}
