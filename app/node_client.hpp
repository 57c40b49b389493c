// What the command line needs to talk to a node: its address, its CA, a key, and problems said in plain words.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ingot::net {
class Client;
}

namespace ingot::app {

// --node, --ca, --key, or INGOT_NODE, INGOT_CA, INGOT_KEY (the last two name files).
struct NodeAddress {
    std::string url;
    std::string ca_file;
    std::string key_file;
};

struct NodeAnswer {
    int status = 0;
    std::string body;
    std::map<std::string, std::string> headers;  // names in lower case
};

// Exit codes of spec/operations.md 3.
enum ExitCode : int { kDone = 0, kNo = 1, kUsage = 2, kUnreachable = 5, kNotPermitted = 6 };

class NodeClient {
  public:
    // Reads the key file. Errors: Code::Usage with what is missing and how to give it.
    static Result<NodeClient> open(NodeAddress const& address);
    NodeClient(NodeClient&&) noexcept;
    ~NodeClient();

    // One request. Errors: Code::Unreachable. `key` is the Idempotency-Key; empty = none. Repeats by itself on 503 with
    // Retry-After, at most ten times: safe because changes carry a key.
    Result<NodeAnswer> send(std::string_view method, std::string const& target, std::string const& body = {},
                            std::string const& content_type = "application/json", std::string const& key = {},
                            std::string const& accept = "application/json", std::string const& if_match = {});

    // As send(), but the body of a 200 answer arrives in pieces.
    Result<NodeAnswer> stream(std::string const& target, std::string const& accept,
                              std::function<void(std::string_view)> const& piece);

  private:
    NodeClient() = default;
    std::unique_ptr<net::Client> client_;
    std::string key_;
};

// A fresh Idempotency-Key.
std::string fresh_key();

// Says on stderr what a problem document or an error says; answers the exit code that goes with it.
int report(NodeAnswer const& answer);
int report(Error const& error);

}  // namespace ingot::app
