#include "runner/models/https.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/url.hpp>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "data/base/error.h"

namespace candor::runner {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;

namespace {

struct Target {
  bool secure = true;
  std::string host;
  std::string port;
  std::string path;
};

Target parse_target(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) fail("{}: not a valid address", url);
  const std::string scheme(parsed->scheme());
  Target target;
  target.secure = scheme == "https";
  target.host = std::string(parsed->encoded_host());
  const bool loopback =
      target.host == "127.0.0.1" || target.host == "localhost" || target.host == "[::1]";
  if (!target.secure && !(scheme == "http" && loopback)) {
    fail("{}: only https addresses are downloaded from", url);
  }
  target.port = parsed->has_port() ? std::string(parsed->port()) : target.secure ? "443" : "80";
  target.path = std::string(parsed->encoded_path());
  if (target.path.empty()) target.path = "/";
  if (parsed->has_query()) target.path += "?" + std::string(parsed->encoded_query());
  return target;
}

std::optional<Target> proxy() {
  for (const char* name : {"HTTPS_PROXY", "https_proxy"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string text = value;
    if (text.find("://") == std::string::npos) text = "http://" + text;
    const auto parsed = boost::urls::parse_uri(text);
    if (!parsed) fail("{}: not a valid address", name);
    Target target;
    target.host = std::string(parsed->encoded_host());
    target.port = parsed->has_port() ? std::string(parsed->port()) : "80";
    return target;
  }
  return std::nullopt;
}

// Runs asynchronous operations one at a time to their end, with the stream's own time-out.
class Connection {
 public:
  Connection() : tls_(ssl::context::tls_client) {
    tls_.set_default_verify_paths();
    tls_.set_verify_mode(ssl::verify_peer);
  }

  void open(const Target& target, int seconds) {
    target_ = target;
    stream_.emplace(context_, tls_);
    const std::optional<Target> via = target.secure ? proxy() : std::nullopt;
    connect(via ? *via : target, seconds);
    if (via) tunnel();
    if (!target.secure) return;
    stream_->set_verify_callback(ssl::host_name_verification(target.host));
    if (SSL_set_tlsext_host_name(stream_->native_handle(), target.host.c_str()) != 1) {
      fail("{}: the host name cannot be sent", target.host);
    }
    wait("secure connection", [&](auto done) {
      stream_->async_handshake(ssl::stream_base::client,
                               [done](beast::error_code error) { done(error); });
    });
  }

  void get() {
    http::request<http::empty_body> request(http::verb::get, target_.path, 11);
    request.set(http::field::host, target_.host);
    request.set(http::field::user_agent, "candor");
    request.set(http::field::accept_encoding, "identity");
    wait("request", [&](auto done) {
      on_stream([&](auto& stream) {
        http::async_write(stream, request,
                          [done](beast::error_code error, std::size_t) { done(error); });
      });
    });
  }

  void read_header(http::response_parser<http::buffer_body>& parser) {
    wait("answer", [&](auto done) {
      on_stream([&](auto& stream) {
        http::async_read_header(stream, buffer_, parser,
                                [done](beast::error_code error, std::size_t) { done(error); });
      });
    });
  }

  void read_body(http::response_parser<http::buffer_body>& parser, int idle_seconds,
                 const std::function<void(std::string_view)>& sink) {
    std::array<char, 1 << 16> piece;
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      beast::get_lowest_layer(*stream_).expires_after(std::chrono::seconds(idle_seconds));
      wait("body", [&](auto done) {
        on_stream([&](auto& stream) {
          http::async_read_some(
              stream, buffer_, parser, [done](beast::error_code error, std::size_t) {
                done(error == http::error::need_buffer ? beast::error_code{} : error);
              });
        });
      });
      sink({piece.data(), piece.size() - parser.get().body().size});
    }
  }

 private:
  void connect(const Target& to, int seconds) {
    tcp::resolver resolver(context_);
    beast::error_code error;
    const auto endpoints = resolver.resolve(to.host, to.port, error);
    if (error) fail("{}: no such host or no network: {}", to.host, error.message());
    beast::get_lowest_layer(*stream_).expires_after(std::chrono::seconds(seconds));
    wait("connection", [&](auto done) {
      beast::get_lowest_layer(*stream_).async_connect(
          endpoints, [done](beast::error_code code, const tcp::endpoint&) { done(code); });
    });
  }

  void tunnel() {
    http::request<http::empty_body> request(http::verb::connect, target_.host + ":" + target_.port,
                                            11);
    request.set(http::field::host, target_.host + ":" + target_.port);
    auto& plain = stream_->next_layer();
    wait("proxy", [&](auto done) {
      http::async_write(plain, request,
                        [done](beast::error_code error, std::size_t) { done(error); });
    });
    http::response_parser<http::empty_body> parser;
    parser.skip(true);
    beast::flat_buffer buffer;
    wait("proxy", [&](auto done) {
      http::async_read_header(plain, buffer, parser,
                              [done](beast::error_code error, std::size_t) { done(error); });
    });
    if (parser.get().result() != http::status::ok) {
      fail("{}: the proxy answered {}", target_.host, parser.get().result_int());
    }
  }

  template <typename Body>
  void on_stream(Body body) {
    if (target_.secure) {
      body(*stream_);
    } else {
      body(stream_->next_layer());
    }
  }

  template <typename Start>
  void wait(const char* what, Start start) {
    beast::error_code result;
    start([&result](beast::error_code error) { result = error; });
    context_.restart();
    context_.run();
    if (result) fail("{}: {} failed: {}", target_.host, what, result.message());
  }

  asio::io_context context_;
  ssl::context tls_;
  Target target_;
  std::optional<beast::ssl_stream<beast::tcp_stream>> stream_;
  beast::flat_buffer buffer_;
};

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string redirect_url(const Target& from, std::string_view location) {
  if (!location.starts_with('/')) return std::string(location);
  return (from.secure ? "https://" : "http://") + from.host + ":" + from.port +
         std::string(location);
}

}  // namespace

void download(const std::string& url, const DownloadLimits& limits,
              const std::function<void(std::string_view)>& sink) {
  std::string address = url;
  for (int hop = 0; hop <= limits.max_redirects; ++hop) {
    const Target target = parse_target(address);
    Connection connection;
    connection.open(target, limits.connect_seconds);
    connection.get();
    http::response_parser<http::buffer_body> parser;
    parser.body_limit(limits.max_bytes);
    connection.read_header(parser);
    const unsigned status = parser.get().result_int();
    if (is_redirect(status)) {
      const std::string next =
          redirect_url(target, std::string(parser.get()[http::field::location]));
      if (target.secure && !parse_target(next).secure) {
        fail("{}: redirected from https to {}: refused", target.host, next);
      }
      address = next;
      continue;
    }
    if (status != 200) fail("{}: answered with status {}", target.host, status);
    connection.read_body(parser, limits.idle_seconds, sink);
    return;
  }
  fail("{}: more than {} redirects", url, limits.max_redirects);
}

}  // namespace candor::runner
