-- A bus master of somebody else, in VHDL: when GO is written with 1 it copies WORDS words of 4 bytes from FROM to TO, in bursts
-- of up to 16, and raises its interrupt until GO is written with 0. 32 bits of data and addresses; one burst at a time.
--
--   0x0 FROM, 0x4 TO      byte addresses, multiples of 4
--   0x8 GO                reads {error, busy, done}
--   0xc WORDS             1 after a reset; 0 copies nothing
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity block_copier is
  port (
    clk            : in  std_logic;
    rst            : in  std_logic;
    s_axil_awaddr  : in  std_logic_vector(11 downto 0);
    s_axil_awprot  : in  std_logic_vector(2 downto 0);
    s_axil_awvalid : in  std_logic;
    s_axil_awready : out std_logic;
    s_axil_wdata   : in  std_logic_vector(31 downto 0);
    s_axil_wstrb   : in  std_logic_vector(3 downto 0);
    s_axil_wvalid  : in  std_logic;
    s_axil_wready  : out std_logic;
    s_axil_bresp   : out std_logic_vector(1 downto 0);
    s_axil_bvalid  : out std_logic;
    s_axil_bready  : in  std_logic;
    s_axil_araddr  : in  std_logic_vector(11 downto 0);
    s_axil_arprot  : in  std_logic_vector(2 downto 0);
    s_axil_arvalid : in  std_logic;
    s_axil_arready : out std_logic;
    s_axil_rdata   : out std_logic_vector(31 downto 0);
    s_axil_rresp   : out std_logic_vector(1 downto 0);
    s_axil_rvalid  : out std_logic;
    s_axil_rready  : in  std_logic;
    m_axi_awid     : out std_logic_vector(0 downto 0);
    m_axi_awaddr   : out std_logic_vector(31 downto 0);
    m_axi_awlen    : out std_logic_vector(7 downto 0);
    m_axi_awsize   : out std_logic_vector(2 downto 0);
    m_axi_awburst  : out std_logic_vector(1 downto 0);
    m_axi_awprot   : out std_logic_vector(2 downto 0);
    m_axi_awvalid  : out std_logic;
    m_axi_awready  : in  std_logic;
    m_axi_wdata    : out std_logic_vector(31 downto 0);
    m_axi_wstrb    : out std_logic_vector(3 downto 0);
    m_axi_wlast    : out std_logic;
    m_axi_wvalid   : out std_logic;
    m_axi_wready   : in  std_logic;
    m_axi_bid      : in  std_logic_vector(0 downto 0);
    m_axi_bresp    : in  std_logic_vector(1 downto 0);
    m_axi_bvalid   : in  std_logic;
    m_axi_bready   : out std_logic;
    m_axi_arid     : out std_logic_vector(0 downto 0);
    m_axi_araddr   : out std_logic_vector(31 downto 0);
    m_axi_arlen    : out std_logic_vector(7 downto 0);
    m_axi_arsize   : out std_logic_vector(2 downto 0);
    m_axi_arburst  : out std_logic_vector(1 downto 0);
    m_axi_arprot   : out std_logic_vector(2 downto 0);
    m_axi_arvalid  : out std_logic;
    m_axi_arready  : in  std_logic;
    m_axi_rid      : in  std_logic_vector(0 downto 0);
    m_axi_rdata    : in  std_logic_vector(31 downto 0);
    m_axi_rresp    : in  std_logic_vector(1 downto 0);
    m_axi_rlast    : in  std_logic;
    m_axi_rvalid   : in  std_logic;
    m_axi_rready   : out std_logic;
    irq            : out std_logic
  );
end entity;

architecture rtl of block_copier is
  type state_t is (IDLE, SPLIT, ASK, FILL, OFFER, DRAIN, ANSWER);
  type buffer_t is array (0 to 15) of std_logic_vector(31 downto 0);

  signal state    : state_t;
  signal words    : buffer_t;
  signal from_r   : unsigned(31 downto 0);
  signal to_r     : unsigned(31 downto 0);
  signal words_r  : unsigned(15 downto 0);
  signal source   : unsigned(31 downto 0);
  signal target   : unsigned(31 downto 0);
  signal left     : unsigned(15 downto 0);
  signal beats    : unsigned(4 downto 0); -- of this burst
  signal beat     : unsigned(4 downto 0);
  signal aw_valid : std_logic;
  signal b_valid  : std_logic;
  signal r_valid  : std_logic;
  signal done     : std_logic;
  signal failed   : std_logic;
  signal write    : std_logic;
  signal read     : std_logic;
  signal is_last  : std_logic;

  -- Beats up to the next multiple of 64 bytes, which no burst crosses.
  function room(address : unsigned(31 downto 0)) return unsigned is
  begin
    return to_unsigned(16, 5) - ('0' & address(5 downto 2));
  end function;

  function smaller(a, b : unsigned(4 downto 0)) return unsigned is
  begin
    if a < b then return a; else return b; end if;
  end function;
begin
  write <= s_axil_awvalid and s_axil_wvalid and not b_valid;
  read  <= s_axil_arvalid and not r_valid;

  s_axil_awready <= write;
  s_axil_wready  <= write;
  s_axil_bresp   <= "00";
  s_axil_bvalid  <= b_valid;
  s_axil_arready <= read;
  s_axil_rresp   <= "00";
  s_axil_rvalid  <= r_valid;

  m_axi_arid    <= "0";
  m_axi_araddr  <= std_logic_vector(source);
  m_axi_arlen   <= std_logic_vector(resize(beats - 1, 8));
  m_axi_arsize  <= "010";
  m_axi_arburst <= "01";
  m_axi_arprot  <= "000";
  m_axi_arvalid <= '1' when state = ASK else '0';
  m_axi_rready  <= '1' when state = FILL else '0';

  is_last       <= '1' when beat = beats - 1 else '0';
  m_axi_awid    <= "0";
  m_axi_awaddr  <= std_logic_vector(target);
  m_axi_awlen   <= std_logic_vector(resize(beats - 1, 8));
  m_axi_awsize  <= "010";
  m_axi_awburst <= "01";
  m_axi_awprot  <= "000";
  m_axi_awvalid <= aw_valid;
  m_axi_wdata   <= words(to_integer(beat(3 downto 0)));
  m_axi_wstrb   <= "1111";
  m_axi_wlast   <= is_last;
  m_axi_wvalid  <= '1' when state = DRAIN else '0';
  m_axi_bready  <= '1' when state = ANSWER else '0';

  irq <= done;

  registers : process (clk)
  begin
    if rising_edge(clk) then
      if rst = '1' then
        b_valid <= '0';
        r_valid <= '0';
        from_r  <= (others => '0');
        to_r    <= (others => '0');
        words_r <= to_unsigned(1, 16);
      else
        b_valid <= write or (b_valid and not s_axil_bready);
        r_valid <= read or (r_valid and not s_axil_rready);
        if write = '1' then
          case s_axil_awaddr(3 downto 2) is
            when "00"   => from_r <= unsigned(s_axil_wdata);
            when "01"   => to_r <= unsigned(s_axil_wdata);
            when "11"   => words_r <= unsigned(s_axil_wdata(15 downto 0));
            when others => null;
          end case;
        end if;
        if read = '1' then
          case s_axil_araddr(3 downto 2) is
            when "00"   => s_axil_rdata <= std_logic_vector(from_r);
            when "01"   => s_axil_rdata <= std_logic_vector(to_r);
            when "11"   => s_axil_rdata <= x"0000" & std_logic_vector(words_r);
            when others =>
              s_axil_rdata <= (0 => done, 2 => failed, others => '0');
              if state /= IDLE then s_axil_rdata(1) <= '1'; end if;
          end case;
        end if;
      end if;
    end if;
  end process;

  copy : process (clk)
  begin
    if rising_edge(clk) then
      if rst = '1' then
        state    <= IDLE;
        aw_valid <= '0';
        done     <= '0';
        failed   <= '0';
        beats    <= to_unsigned(1, 5);
        beat     <= (others => '0');
      else
        if m_axi_awready = '1' then aw_valid <= '0'; end if;
        case state is
          when IDLE =>
            if write = '1' and s_axil_awaddr(3 downto 2) = "10" then
              done <= '0';
              if s_axil_wdata(0) = '1' then
                state  <= SPLIT;
                failed <= '0';
                source <= from_r;
                target <= to_r;
                left   <= words_r;
              end if;
            end if;
          when SPLIT =>
            beat  <= (others => '0');
            beats <= smaller(room(source), room(target));
            if left < 16 then
              beats <= smaller(left(4 downto 0), smaller(room(source), room(target)));
            end if;
            if left = 0 or failed = '1' then
              state <= IDLE;
              done  <= '1';
            else
              state <= ASK;
            end if;
          when ASK =>
            if m_axi_arready = '1' then state <= FILL; end if;
          when FILL =>
            if m_axi_rvalid = '1' then
              words(to_integer(beat(3 downto 0))) <= m_axi_rdata;
              beat   <= beat + 1;
              failed <= failed or m_axi_rresp(1);
              if m_axi_rlast = '1' then
                beat  <= (others => '0');
                state <= OFFER;
              end if;
            end if;
          when OFFER =>
            if failed = '1' then
              state <= SPLIT;
            else
              aw_valid <= '1';
              state    <= DRAIN;
            end if;
          when DRAIN =>
            if m_axi_wready = '1' then
              beat <= beat + 1;
              if is_last = '1' then state <= ANSWER; end if;
            end if;
          when ANSWER =>
            if m_axi_bvalid = '1' then
              failed <= failed or m_axi_bresp(1);
              source <= source + 4 * resize(beats, 16);
              target <= target + 4 * resize(beats, 16);
              left   <= left - beats;
              state  <= SPLIT;
            end if;
        end case;
      end if;
    end if;
  end process;
end architecture;
