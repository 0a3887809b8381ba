// A small HTTP(S) download: one GET to a stream, redirects followed, certificates verified, never
// from https to http. It is the only source file that knows Boost.Beast's client side.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace candor::runner {

struct DownloadLimits {
  std::uint64_t max_bytes = 0;  // of the body; more is an error
  int connect_seconds = 10;     // to connect, shake hands and get the header
  int idle_seconds = 60;        // without a single byte of the body
  int max_redirects = 5;
};

// Calls `sink` with the body of a 200 answer, in order. Throws Error naming the host and what
// happened (no such host, refused, certificate, status, time-out, short body). Plain http is only
// accepted to a loopback address. A proxy named in HTTPS_PROXY or https_proxy is used.
void download(const std::string& url, const DownloadLimits& limits,
              const std::function<void(std::string_view)>& sink);

}  // namespace candor::runner
