import ArgumentParser

/// Where the digits are.
package struct DigitOptions: ParsableArguments {
  /// The folder.
  @Option(
    help: """
      Folder of the test part of MNIST: t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or with .gz.
      """)
  package var digits = "../shared/data/mnist"

  /// Begins with the usual folder.
  package init() {}
}
