import ArgumentParser
import TesseraModels
import Testing

@testable import tessera_bench

/// What the benchmarks refuse, and what they say then.
struct OptionTests {
  @Test(arguments: [
    (
      ["step", "--net", "vgg"],
      "--net vgg: known are unetW with a width of 1 to 1024, such as unet32, lraspp, farabet and dilated8"
    ),
    (["step", "--net", "unet0"], "--net unet0: known are"),
    (["step", "--net", "unet"], "--net unet: known are"),
    (["step", "--net", "unet1025"], "--net unet1025: known are"),
    (["step", "--precision", "f64"], "'f64' is invalid for '--precision <precision>'"),
    (["infer", "--precision", "f64"], "Please provide one of 'f32' and 'bf16'"),
    (["layers", "--precision", "f64"], "'f64' is invalid for '--precision <precision>'"),
    (["accuracy", "--net", "largefov"], "--net largefov: known are unetW with a width of 1 to 1024"),
    (["accuracy", "--crop", "15x16"], "--crop 15x16: give HEIGHTxWIDTH, each 16 to 2048"),
    (["accuracy", "--batch", "1"], "--batch 1: give 2 to 4096"),
    (["accuracy", "--epochs", "0"], "--epochs 0: give 1 to 1000"),
    (["accuracy", "--seeds", "0"], "--seeds 0: give 1 to 100"),
    (["accuracy", "--images", "9"], "--images 9: give 10 to 10000"),
    (["step", "--batch", "0"], "--batch 0: give 1 to 4096"),
    (["step", "--batch", "4096"], "--batch 4096 --size 360x480: give at most 16777216 pixels, batch x height x width"),
    (["step", "--size", "360"], "--size 360: give HEIGHTxWIDTH, each 8 to 8192"),
    (["infer", "--size", "7x8"], "--size 7x8: give HEIGHTxWIDTH, each 8 to 8192"),
    (["infer", "--size", "8192x8192"], "--batch 1 --size 8192x8192: give at most 16777216 pixels"),
    (["step", "--batch", "1", "--size", "15x8"], "--batch 1 --size 15x8: give 2 images, or a side of 16"),
    (
      ["step", "--net", "lraspp", "--batch", "1", "--size", "16x8"],
      "--batch 1 --size 16x8: give 2 images, or a side of 17"
    ),
    (["step", "--adversary", "--downsample", "65"], "--downsample 65: give 1 to 64"),
    (
      ["step", "--adversary", "--size", "15x64"],
      "--size 15x64: with --downsample 4 the discriminator takes sides of at least 16"
    ),
    (["step", "--repeats", "0"], "--repeats 0: give 1 to 100000"),
    (["infer", "--repeats", "100001"], "--repeats 100001: give 1 to 100000"),
    (["infer", "--threads", "0"], "--threads 0: give 1 to 256"),
    (["gemm", "--size", "16385"], "--size 16385: give 1 to 16384"),
    (["gemm", "--repeats", "0"], "--repeats 0: give 1 to 100000"),
    (["layers", "--net", "resnet"], "--net resnet: known are unetW with a width of 1 to 1024, such as unet32, lraspp"),
    (["layers", "--batch", "4097"], "--batch 4097: give 1 to 4096"),
    (["layers", "--batch", "1", "--size", "8x8"], "--batch 1 --size 8x8: give 2 images, or a side of 16"),
    (["end-to-end", "--steps", "0"], "--steps 0: give 1 to 1000"),
    (["end-to-end", "--steps", "1000", "--batch", "16"], "--steps 1000 --batch 16: name a data set by --data"),
    (["serve", "--rounds", "0"], "--rounds 0: give 1 to 1000"),
    (["serve", "--clients", "257"], "--clients 257: give 1 to 256"),
    (["serve", "--in-flight", "0"], "--in-flight 0: give 1 to 256"),
    (["serve", "--rate", "0"], "--rate 0.0: give 0.01 to 100000"),
    (["serve", "--rate", "nan"], "--rate nan: give 0.01 to 100000"),
    (["serve", "--rate", "100000", "--seconds", "600"], "--rate 100000.0: with these seconds 60200000 requests"),
    (["serve", "--arrivals", "bursts"], "'bursts' is invalid for '--arrivals <arrivals>'"),
    (["serve", "--address", "localhost"], "--address localhost: give HOST:PORT or http://HOST:PORT/PATH"),
    (["serve", "--threads", "0"], "--threads 0: give 1 to 256"),
    (["serve", "--max-batch", "65"], "--max-batch 65: give 1 to 64"),
    (["serve", "--seconds", "0"], "--seconds 0: give 1 to 600"),
    (["serve", "--warm-up", "601"], "--warm-up 601: give 0 to 600"),
    (["serve", "--size", "8x480"], "--size 8x480: name files by --image, or give sides of 16 to 4096"),
    (["overload", "--factor", "101"], "--factor 101: give 1 to 100"),
    (["overload", "--clients", "0"], "--clients 0: give 1 to 256"),
    (["overload", "--seconds", "601"], "--seconds 601: give 1 to 600"),
    (["end-to-end", "--size", "8x480"], "--size 8x480: name a data set by --data, or give sides of 16 to 4096"),
  ])
  func wrongOptionsAreToldApart(arguments: [String], message: String) {
    let error = #expect(throws: (any Error).self) { try TesseraBench.parseAsRoot(arguments) }
    let text = error.map { TesseraBench.message(for: $0) } ?? ""
    #expect(text.contains(message), "\(text)")
  }

  @Test(arguments: [
    ["step"], ["step", "--net", "unet1", "--batch", "1", "--size", "8x16", "--precision", "f32"],
    ["step", "--net", "lraspp", "--batch", "1", "--size", "8x17"],
    ["step", "--adversary", "--size", "16x16"], ["infer", "--net", "lraspp", "--size", "8x8", "--repeats", "1"],
    ["layers", "--net", "largefov", "--batch", "1", "--size", "8x8"], ["gemm", "--size", "1"], ["end-to-end"],
    ["end-to-end", "--data", "x", "--size", "8x16", "--steps", "1000"],
    ["serve"], ["serve", "--rate", "0.01", "--arrivals", "fixed", "--image", "x", "--image", "y", "--size", "8x8"],
    ["serve", "--address", "http://localhost:80", "--model", "x", "--warm-up", "0"], ["overload", "--factor", "1"],
    ["layers", "--direct", "--precision", "f32"], ["accuracy", "--net", "lraspp", "--crop", "16x16", "--seeds", "1"],
  ])
  func rightOptionsAreTaken(arguments: [String]) throws {
    _ = try TesseraBench.parseAsRoot(arguments)
  }

  @Test func aPrecisionWithoutArithmeticIsRefused() throws {
    let options = try PrecisionOptions.parse([])
    try options.requirePrecision { _ in true }
    let error = #expect(throws: ValidationError.self) { try options.requirePrecision { _ in false } }
    #expect(
      error?.message
        == "--precision f32: this processor has no dot products of it (AVX-512 BF16 or AMX); give f32")
  }

  @Test func theSegmenterIsTheOneNamed() throws {
    #expect(NetworkOptions.architecture(named: "unet7") == .unet(width: 7))
    #expect(NetworkOptions.architecture(named: "lraspp") == .lraspp)
    for name in ["", "u", "unet-1", "unetx", "lraspp2", "largefov"] {
      #expect(NetworkOptions.architecture(named: name) == nil, "\(name)")
    }
  }
}
