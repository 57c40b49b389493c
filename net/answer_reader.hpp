// Reads one answer from a connection of the client: framing by Beast's parser, bytes from ours. Part of client.cpp.
#pragma once

#include "net/client.hpp"
#include "net/client_connection.hpp"

namespace ingot::net {

class AnswerReader {
  public:
    // `head_request`: the answer has no body whatever its fields say. All outlive the reader.
    AnswerReader(ClientConnection& connection, bool head_request, Client::Sink const& sink)
        : connection_(connection), head_request_(head_request), sink_(sink) {}

    // Passes over interim answers (100 Continue). The body goes to the sink. Unreachable: cut off or malformed.
    Result<ClientAnswer> read();
    bool anything_came() const { return anything_came_; }
    bool keep() const { return keep_; }  // the connection can serve another request

  private:
    class Parser;
    Result<void> read_one(ClientAnswer& answer);
    Result<bool> more();

    ClientConnection& connection_;
    bool head_request_;
    Client::Sink const& sink_;
    std::string buffer_;
    bool anything_came_ = false, keep_ = false;
};

}  // namespace ingot::net
