/*
 * The seam between io.basalt.erasure.NativeKernels and kernels.c. Checks again what Java has checked, since the arrays
 * belong to callers and may change between the two checks; answers with a status and throws nothing.
 */
#include <jni.h>
#include <string.h>

#include "io_basalt_erasure_NativeKernels.h"
#include "kernels.h"

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

/* Local references are kept until the call ends: they keep the memory alive if the caller's array changes meanwhile. */
static int address_of(
    JNIEnv *env, jobjectArray strips, jint index, jint offset, jint length, uint8_t **address) {
  jobject strip = (*env)->GetObjectArrayElement(env, strips, index);
  if (strip == NULL) {
    return STATUS_NOT_DIRECT;
  }
  uint8_t *base = (*env)->GetDirectBufferAddress(env, strip);
  if (base == NULL) {
    return STATUS_NOT_DIRECT;
  }
  if ((*env)->GetDirectBufferCapacity(env, strip) < (jlong)offset + length) {
    return STATUS_OUT_OF_BOUNDS;
  }
  *address = base + offset;
  return STATUS_OK;
}

JNIEXPORT jint JNICALL Java_io_basalt_erasure_NativeKernels_apply(
    JNIEnv *env, jclass type, jint kernel, jint k, jint rows, jobject buffer, jobjectArray strips, jintArray order,
    jint offset, jint length) {
  uint8_t *addresses[KERNELS_MAX_WIDTH];
  jint indexes[KERNELS_MAX_WIDTH];
  (void)type;
  void *tables = tables_of(env, kernel, k, rows, buffer);
  if (tables == NULL || strips == NULL || order == NULL || (*env)->GetArrayLength(env, order) != k + rows) {
    return STATUS_BAD_SHAPE;
  }
  if (offset < 0 || length < 0) {
    return STATUS_OUT_OF_BOUNDS;
  }
  (*env)->GetIntArrayRegion(env, order, 0, k + rows, indexes);
  jint count = (*env)->GetArrayLength(env, strips);
  if ((*env)->PushLocalFrame(env, k + rows) != JNI_OK) {
    (*env)->ExceptionClear(env);
    return STATUS_NO_MEMORY;
  }
  int status = STATUS_OK;
  for (int i = 0; i < k + rows && status == STATUS_OK; i++) {
    if (indexes[i] < 0 || indexes[i] >= count) {
      status = STATUS_BAD_SHAPE;
    } else {
      status = address_of(env, strips, indexes[i], offset, length, &addresses[i]);
    }
  }
  if (status == STATUS_OK) {
    status = kernels_apply(kernel, k, rows, tables, addresses, addresses + k, length);
  }
  (*env)->PopLocalFrame(env, NULL);
  return status;
}
