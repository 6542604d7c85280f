import Testing

@testable import tessera_bench

struct ServerAddressTests {
  @Test(arguments: [
    ("127.0.0.1:7450", ServerAddress.tsp(host: "127.0.0.1", port: 7450)),
    ("[::1]:1", .tsp(host: "::1", port: 1)),
    ("http://localhost:8000/segment", .http(host: "localhost", port: 8000, path: "/segment")),
    ("http://localhost:8000", .http(host: "localhost", port: 8000, path: "/")),
    ("http://[::1]:65535/v2/models/x/infer", .http(host: "::1", port: 65_535, path: "/v2/models/x/infer")),
  ])
  func addressesAreRead(text: String, address: ServerAddress) {
    #expect(ServerAddress(text) == address)
  }

  @Test(arguments: [
    "", "x", ":1", "x:", "x:0", "x:65536", "x:y", "x:1/path", "https://x:1/", "http://x/", "http://:1/",
  ])
  func whatIsNoneIsNotRead(text: String) {
    #expect(ServerAddress(text) == nil)
  }
}
