// What the command line needs to talk to a node: its address, its CA, a key, and problems said in plain words.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "app/exit_code.hpp"
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

// Exit codes by the short names of client commands (app/exit_code.hpp).
enum ExitCode : int {
    kDone = kExitDone,
    kNo = kExitNo,
    kUsage = kExitUsage,
    kUnreachable = kExitUnreachable,
    kNotPermitted = kExitNotPermitted
};

class NodeClient {
  public:
    // Reads the key file. Errors: Code::Usage with what is missing and how to give it.
    static Result<NodeClient> open(NodeAddress const& address);
    NodeClient(NodeClient&&) noexcept;
    ~NodeClient();

    // One request. Errors: Code::Unreachable. `key` is the Idempotency-Key; empty = none. Repeats by itself on 503 and
    // 429 when the node asks for a wait under 30 s, at most ten times: safe because changes carry a key.
    Result<NodeAnswer> send(std::string_view method, std::string const& target, std::string const& body = {},
                            std::string const& content_type = "application/json", std::string const& key = {},
                            std::string const& accept = "application/json", std::string const& if_match = {});

    // As send(), but the body of a 200 answer arrives in pieces.
    Result<NodeAnswer> stream(std::string const& target, std::string const& accept,
                              std::function<void(std::string_view)> const& piece);

  private:
    NodeClient() = default;
    std::unique_ptr<net::Client> client_;
    std::string url_, key_;
};

// A fresh Idempotency-Key.
std::string fresh_key();

// What a problem document says, in the language it was asked for: title, detail, status and code in the first line,
// then one indented line a fault, then what to do. Its exit code goes with it (app/exit_code.hpp).
Error to_error(NodeAnswer const& answer);

// Says it on stderr; answers the exit code.
inline int report(Error const& error) { return report_error(error); }
inline int report(NodeAnswer const& answer) { return report_error(to_error(answer)); }

}  // namespace ingot::app
