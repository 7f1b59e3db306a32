/*
 * The native fan-out: sends the same bytes to many sockets in one call from JavaScript, so that between two system
 * calls nothing of JavaScript, Node or libuv is in the way. N-API alone, so one build runs on every Node from 20 on.
 *
 *   send(descriptors: Int32Array, places: number, bytes: Uint8Array, refused: Int32Array): number
 *
 * Sends `bytes` once to each of the first `places` descriptors that is not negative. What the kernel does not take is
 * the caller's to send: `refused` gets pairs, a place and how many of the last bytes are left, and their number is
 * returned. Errors of a socket count as nothing taken; whoever sends the rest meets them. Never blocks, keeps nothing.
 *
 *   held(descriptors: Int32Array, places: number, held: Int32Array): void
 *
 * Asks the sockets of the first `places` descriptors what their peers have left unanswered: `held` gets two numbers for
 * each, the bytes that are not acknowledged, and how often something was sent again or probed for without an answer. Both
 * are 0 where there is no such socket.
 */

#define NAPI_VERSION 8
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <node_api.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* @returns 0 with an exception pending when `value` is not a typed array of this type */
static int typed_array(napi_env env, napi_value value, napi_typedarray_type wanted, void **data, size_t *length) {
  bool is_one = false;
  napi_typedarray_type type;
  if (napi_is_typedarray(env, value, &is_one) == napi_ok && is_one &&
      napi_get_typedarray_info(env, value, &type, length, data, NULL, NULL) == napi_ok && type == wanted)
    return 1;
  napi_throw_type_error(env, NULL, "typed arrays were expected: Int32Array, and Uint8Array for bytes");
  return 0;
}

static napi_value send_to_all(napi_env env, napi_callback_info info) {
  napi_value arguments[4], result;
  size_t count = 4, descriptor_count, byte_count, refused_count;
  void *descriptor_data, *bytes, *refused_data;
  uint32_t places;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 4 ||
      napi_get_value_uint32(env, arguments[1], &places) != napi_ok) {
    napi_throw_type_error(env, NULL, "send takes four arguments, of which the second is a number");
    return NULL;
  }
  if (!typed_array(env, arguments[0], napi_int32_array, &descriptor_data, &descriptor_count) ||
      !typed_array(env, arguments[2], napi_uint8_array, &bytes, &byte_count) ||
      !typed_array(env, arguments[3], napi_int32_array, &refused_data, &refused_count))
    return NULL;
  if (places > descriptor_count || (size_t)places * 2 > refused_count || byte_count > INT32_MAX) {
    napi_throw_range_error(env, NULL, "there are not so many places, or there are too many bytes");
    return NULL;
  }

  const int32_t *descriptors = descriptor_data;
  int32_t *refused = refused_data;
  uint32_t pairs = 0;
  for (uint32_t place = 0; place < places; place++) {
    if (descriptors[place] < 0) continue;
    ssize_t sent;
    do {
      sent = send(descriptors[place], bytes, byte_count, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) sent = 0;
    if ((size_t)sent == byte_count) continue;
    refused[pairs * 2] = (int32_t)place;
    refused[pairs * 2 + 1] = (int32_t)(byte_count - (size_t)sent);
    pairs++;
  }
  return napi_create_uint32(env, pairs, &result) == napi_ok ? result : NULL;
}

static napi_value held_by_kernel(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3, descriptor_count, held_count;
  void *descriptor_data, *held_data;
  uint32_t places;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 3 ||
      napi_get_value_uint32(env, arguments[1], &places) != napi_ok) {
    napi_throw_type_error(env, NULL, "held takes three arguments, of which the second is a number");
    return NULL;
  }
  if (!typed_array(env, arguments[0], napi_int32_array, &descriptor_data, &descriptor_count) ||
      !typed_array(env, arguments[2], napi_int32_array, &held_data, &held_count))
    return NULL;
  if (places > descriptor_count || (size_t)places * 2 > held_count) {
    napi_throw_range_error(env, NULL, "there are not so many places");
    return NULL;
  }

  const int32_t *descriptors = descriptor_data;
  int32_t *held = held_data;
  for (uint32_t place = 0; place < places; place++) {
    struct tcp_info state;
    socklen_t size = sizeof state;
    int unacknowledged = 0;
    held[place * 2] = held[place * 2 + 1] = 0;
    /* An older kernel says less, and leaves the rest as it was. */
    state.tcpi_notsent_bytes = 0;
    if (descriptors[place] < 0 || getsockopt(descriptors[place], IPPROTO_TCP, TCP_INFO, &state, &size) != 0) continue;
    held[place * 2 + 1] = state.tcpi_retransmits + state.tcpi_probes;
    /* Nearly everybody has nothing, and one call is all that is spent on them. */
    if ((state.tcpi_unacked != 0 || state.tcpi_notsent_bytes != 0) &&
        ioctl(descriptors[place], SIOCOUTQ, &unacknowledged) == 0)
      held[place * 2] = unacknowledged;
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "send", NAPI_AUTO_LENGTH, send_to_all, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "send", function) != napi_ok ||
      napi_create_function(env, "held", NAPI_AUTO_LENGTH, held_by_kernel, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "held", function) != napi_ok)
    return NULL;
  return exports;
}
