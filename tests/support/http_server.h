// A server of a test's own on loopback that answers each connection with the next of the texts it
// was given, and notes what was asked.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace candor::tests {

inline std::string http_ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class HttpServer {
 public:
  explicit HttpServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 4), 0);
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // The paths that were asked for, in order.
  std::vector<std::string> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  void serve() {
    for (const std::string& answer : answers_) {
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      char buffer[4096];
      const ssize_t got = ::read(connection, buffer, sizeof buffer);
      const std::string request(buffer, got > 0 ? static_cast<std::size_t>(got) : 0);
      {
        const std::scoped_lock lock(mutex_);
        const std::size_t begin = request.find(' ') + 1;
        asked_.push_back(request.substr(begin, request.find(' ', begin) - begin));
      }
      for (std::size_t done = 0; done < answer.size();) {
        const ssize_t wrote =
            ::send(connection, answer.data() + done, answer.size() - done, MSG_NOSIGNAL);
        if (wrote <= 0) break;
        done += static_cast<std::size_t>(wrote);
      }
      ::close(connection);
    }
  }

  std::vector<std::string> answers_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace candor::tests
